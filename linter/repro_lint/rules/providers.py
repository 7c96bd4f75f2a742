"""LLM: models that a provider serves, and how they are asked."""

from __future__ import annotations

from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.constants import default_text, text_of
from repro_lint.knowledge.load import compiled
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.values import unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, ModuleIndex

WORDS = ("gpt-", "gemini-", "-latest", '"o1', '"o3', '"o4', "'o1", "'o3", "'o4")
PARAMETERS = ("model", "model_name", "engine", "model_id", "judge_model")
POSITIONAL = frozenset(("GenerativeModel", "ChatOpenAI", "ChatAnthropic", "init_chat_model"))
PROVIDER = pattern(r"(openai|anthropic|google|gemini|mistral|azure|vertex_ai|openrouter)[/:]")
LATEST = pattern(r"(claude|chatgpt|gpt|gemini|mistral|codestral|grok)[\w.-]*-latest$")
CLIENTS = pattern(
    r"completions?\b|openai|anthropic|litellm|generativeai|genai|mistralai|langchain|requests|httpx"
    r"|aiohttp|dspy|vllm|llama_index|urllib"
)
COUNTS = pattern(r"encoding|token|price|cost|count")
ASKS = pattern(
    r"(chat\.completions\.(create|parse)|ChatCompletion\.a?create|litellm\.a?completion)$"
)
TOLD = ("messages", "input")
SAMPLING = ("temperature", "top_p", "top_k", "extra_body")


class FloatingModel(Rule):
    """A model by a name that the provider gives to the next one."""

    code = "LLM001"
    name = "floating-model"
    severity = Severity.HIGH
    remedy = "name the dated snapshot of the model"

    def applies(self, context: Context) -> bool:
        """Judge repositories that name models of providers."""
        return any(True for _ in speaking(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each call that asks for a model by its alias."""
        for path in speaking(context):
            index = context.modules[path]
            for call in index.calls:
                name, confidence = alias(index, call)
                if not name or (call.name.endswith("add_argument") and not asks(context, path)):
                    continue
                snapshot = snapshots().get(bare(name), "")
                then = f", once `{snapshot}`" if snapshot else ""
                message = f"`{name}` is whatever model the provider serves under this name{then}"
                where = context.facts.place_of(path, call.span)
                yield self.at(where, message, confidence=confidence)


def asks(context: Context, path: str) -> bool:
    """Whether a program, with all that it imports, may ask a provider."""
    reached = context.program.closure(path) & context.modules.keys()
    return any(CLIENTS.search(context.repository.code(other)) for other in sorted(reached))


def speaking(context: Context) -> Iterator[str]:
    """The modules whose text may name a model of a provider."""
    for path in context.facts.modules:
        text = context.repository.code(path)
        if any(word in text for word in WORDS):
            yield path


@cache
def snapshots() -> Mapping[str, str]:
    """A snapshot of each alias."""
    found: Mapping[str, str] = compiled("providers")["aliases"]
    return found


def alias(index: ModuleIndex, call: Call) -> tuple[str, Confidence]:
    """The alias that a call asks for, and how sure it is; "" if it names none."""
    last = call.name.rpartition(".")[2]
    if COUNTS.search(last):
        return "", Confidence.LOW
    if last == "add_argument" and "model" in str(call.argument(0, "")):
        text = text_of(index, call.function, call.keyword("default"))
        return floating(text), Confidence.MEDIUM
    given = next((v for v in map(call.keyword, PARAMETERS) if v is not None), None)
    if given is None and last in POSITIONAL:
        given = call.argument(0, "")
    found = floating(text_of(index, call.function, given))
    if found:
        return found, Confidence.HIGH
    return floating(default_text(index, call.function, given)), Confidence.MEDIUM


def floating(text: str | None) -> str:
    """A text if it is the alias of a model, else ""."""
    name = bare(text or "")
    return (text or "") if name in snapshots() or LATEST.match(name) else ""


def bare(text: str) -> str:
    """The name of a model without that of who serves it."""
    found = PROVIDER.match(text)
    return text[found.end() :] if found else text


class OpenSampling(Rule):
    """A request that leaves to the provider how the answer is drawn."""

    code = "LLM002"
    name = "open-sampling"
    severity = Severity.MEDIUM
    remedy = "pass the temperature"

    def applies(self, context: Context) -> bool:
        """Judge repositories that ask models of providers."""
        return any(ASKS.search(name) for _, name in context.program.callees)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each request without a temperature."""
        for (_, name), calls in sorted(context.program.callees.items()):
            if not ASKS.search(name):
                continue
            for path, place in calls:
                index = context.modules[path]
                confidence = openness(index, index.calls[place])
                if path in context.facts.modules and confidence is not None:
                    where = context.facts.place_of(path, index.calls[place].span)
                    message = (
                        f"`{name}` gets no temperature: the provider decides, and may change it"
                    )
                    yield self.at(where, message, confidence=confidence)


def openness(index: ModuleIndex, call: Call) -> Confidence | None:
    """How sure it is that a request leaves the sampling open; None if it does not, or must."""
    if unpacks(call) or any(call.keyword(name) is not None for name in SAMPLING):
        return None
    if all(call.keyword(name) is None for name in TOLD):
        return None
    model = text_of(index, call.function, call.keyword("model"))
    if model is None:
        return Confidence.MEDIUM
    return None if bare(model).startswith(refusing()) else Confidence.HIGH


@cache
def refusing() -> tuple[str, ...]:
    """How the names of models begin that take no temperature."""
    return tuple(compiled("providers")["refusing"]["prefixes"])


RULES: tuple[type[Rule], ...] = (FloatingModel, OpenSampling)
