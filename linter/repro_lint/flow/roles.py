"""What a draw decides: which data are used, first weights, augmentation, noise, made-up data."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.cosmetic import target_text, uses_of_name
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Assign, Compound, Literal, Loop, Name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Value

ORDER, DATA, LAYER, INITIAL, NUMBERS, AUGMENT, NOISE, MADE_UP = (
    "order",
    "data",
    "layer",
    "initial",
    "numbers",
    "augment",
    "noise",
    "made-up",
)
KINDS = {
    "layer": LAYER,
    "initialiser": LAYER,
    "dropout": NOISE,
    "augmentation": AUGMENT,
    "sampler": DATA,
    "collator": AUGMENT,
    "splitter": DATA,
    "split": DATA,
    "shuffle": DATA,
    "estimator": NUMBERS,
}
CHOOSERS = frozenset(
    ("choice", "choices", "sample", "shuffle", "permutation", "permuted", "randperm")
)
# Draws of whole numbers, and of one number that is compared with a share, may select data.
WHOLE = frozenset(("randint", "integers", "randrange", "random_integers", "random"))
# What samples from the distribution that a model gives.
SIMULATES = frozenset(("multinomial", "categorical", "random_categorical"))
SPLITS = frozenset(("random_split", "bootstrap", "resample"))
WEIGHT_NAME = pattern(
    r"(^|[._])(w|b|w\d|b\d|weights?|bias(es)?|params?|parameters?|theta|kernel|embeddings?"
    r"|centroids?|centers?|centres?|components_?|basis|prototypes?|codebook|alpha|beta|sigma|mu"
    r"|population|particles?|init(ial)?\w*|\w+_init(ial)?|x0|start\w*)_?$",
    re.IGNORECASE,
)
DATA_NAME = pattern(
    r"(^|[._])(i|j|k|[ijk]dx?|ind|inds|ids?|idxs?|ix|\w*idxs?|index(es)?|indices|\w+_(ind|inds|ids?|index"
    r"|indices)|perm\w*|order\w*|subset\w*|subsample\w*|samples?|sampled\w*|batch\w*|neg\w*"
    r"|negatives?|candidates?|selected\w*|selection|chosen\w*|choices?|picked|split\w*|folds?"
    r"|train\w*|test\w*|val(id\w*)?(_\w+)?|shuffled\w*|rows?|examples?|few_?shots?\w*|anchors?|positives?|pairs?"
    r"|triplets?|start|end|offset|files?|docs?|users?|items?|nodes?|labels?)$",
    re.IGNORECASE,
)
NOISE_NAME = pattern(
    r"(^|[._])(noises?|\w+_noise|eps(ilon)?|z|z_\w+|latents?|gumbel\w*|dropout\w*|mask\w*|keep\w*"
    r"|actions?|explor\w*|perturb\w*|jitter)$",
    re.IGNORECASE,
)
AUGMENT_CODE = pattern(
    r"augment|transform|(^|[._])(aug|mixup|cutmix|cutout|crop|flip|rotat\w*|jitter|erase|distort"
    r"|resize|warp|blur|perturb\w*|mutat\w*|crossover|corrupt\w*|mask\w*|noise\w*)"
    r"|Random[A-Z]\w*|Rand[A-Z]|RandomErasing|MixUp|CutMix|Mask[A-Z]|Perturbation|Mutation",
)
ORDER_CODE = pattern(r"Sampler(\b|$|[A-Z_.])")
DATA_CODE = pattern(
    r"split|sampl|subset|shuffl|negative|few_?shot|bootstrap|permut|select|partition|triplet"
    r"|(^|[._])(pairs?|folds?|batch(es)?|chunks|walks?|load\w*|prepare\w*|process\w*|get_data\w*)(_|$)"
    r"|DataModule|DataSet|Dataset|DataLoader|Loader|Iterator|Buffer|Scenario|Task|Splitter",
    re.IGNORECASE,
)
INITIAL_CODE = pattern(
    r"(^|[._])_*(init|initiali[sz]e?\w*|reset_parameters|init_\w+|\w+_init|build|_?create_model\w*"
    r"|_build_model\w*|glorot\w*|xavier\w*|kaiming\w*|he_normal|uniform_init\w*|init_weights\w*)$",
    re.IGNORECASE,
)
NOISE_CODE = pattern(
    r"(^|[._])_*(forward|call|__call__|act\w*|explore\w*|get_action\w*|step|predict\w*|sample_z"
    r"|reparam\w*|drop_?(connect|path|out|block)\w*|stochastic_depth|generate|decode\w*|policy|denoise\w*|diffus\w*|q_sample|p_sample\w*)$"
)
MADE_UP_CODE = pattern(
    r"(^|[._])_*(make_\w+|create_\w*(data|inputs?|batch|samples?)\w*|(gen|generate)_\w*(data|inputs?"
    r"|sample|series|image|noise)\w*|synthetic\w*|fake\w*|toy\w*|simulat\w*|random_(data|input\w*"
    r"|tensor|image|array|matrix|graph\w*))",
    re.IGNORECASE,
)
STEPS = 3


def role_of(facts: Facts, known: Known) -> str:
    """What a draw decides, as far as knowledge, its uses and the names around it tell."""
    method = known.call.name.rpartition(".")[2]
    around = surroundings(facts, known)
    if known.fact.kind in KINDS:
        return KINDS[known.fact.kind]
    if method in SPLITS:
        return DATA
    if method.endswith("_"):
        return role_of_name(receiver_of(known)) or role_of_code(around) or INITIAL
    if method in SIMULATES:
        return ORDER if is_order(around) else NOISE
    used = role_of_uses(facts, known, facts.uses(known.path).of_result(known.place), STEPS)
    if method in CHOOSERS:
        return role_of_choice(known, around, used)
    found = used or role_of_code(around) or NUMBERS
    return NUMBERS if found == DATA and not used and method not in WHOLE else found


def surroundings(facts: Facts, known: Known) -> str:
    """The names of the functions and classes around a draw, and of the bases of these."""
    functions = facts.program.modules[known.path].functions
    place = known.call.function
    record = functions[place]
    names = [record.name]
    while place > 0:
        names.extend(base.text for base in functions[place].bases if isinstance(base, Name))
        place = functions[place].parent
    return " ".join(names)


def is_order(around: str) -> bool:
    """Whether the code around a draw is where a sampler of data gives its order."""
    return bool(ORDER_CODE.search(around)) and "__iter__" in around


def role_of_choice(known: Known, around: str, used: str) -> str:
    """The role of a call that chooses among elements or puts them in an order."""
    if is_order(around):
        return ORDER
    if used in (NOISE, INITIAL):
        return used
    if among_constants(known) or (AUGMENT_CODE.search(around) and not DATA_CODE.search(around)):
        return AUGMENT
    return DATA


def among_constants(known: Known) -> bool:
    """Whether a choice is one of a few constants in the text, as of angles or names of methods."""
    given = known.call.arguments[0] if known.call.arguments else None
    if not isinstance(given, Compound) or given.kind not in ("List", "Tuple"):
        return False
    return all(isinstance(part, (Literal, Compound)) and is_constant(part) for part in given.parts)


def is_constant(value: Value) -> bool:
    """Whether a value is made of literals only."""
    if isinstance(value, Compound):
        return value.kind in ("UnaryOp", "Tuple", "List") and all(map(is_constant, value.parts))
    return isinstance(value, Literal)


def receiver_of(known: Known) -> str:
    """The name of what a method changes in place, "" if it has none."""
    receiver = known.call.receiver
    if receiver is None:
        return known.call.name.rpartition(".")[0]
    return receiver.text if isinstance(receiver, Name) else ""


def role_of_name(text: str) -> str:
    """The role of a value that is kept under a name, "" if that tells none."""
    for role, names in ((NOISE, NOISE_NAME), (INITIAL, WEIGHT_NAME)):
        if text and names.search(text):
            return role
    return ""


def role_of_code(around: str) -> str:
    """The role that the names of the code around a draw tell, "" if none."""
    if MADE_UP_CODE.search(around):
        return MADE_UP
    for role, names in (
        (AUGMENT, AUGMENT_CODE),
        (INITIAL, INITIAL_CODE),
        (DATA, DATA_CODE),
        (NOISE, NOISE_CODE),
    ):
        if any(names.search(name) for name in around.split()):
            return role
    return ""


def role_of_uses(facts: Facts, known: Known, uses: Sequence[Use], steps: int) -> str:
    """The first role that the uses of a value tell, "" if none."""
    for use in uses:
        role = role_of_use(facts, known, use, steps)
        if role:
            return role
    return ""


def role_of_use(facts: Facts, known: Known, use: Use, steps: int) -> str:
    """The role that one use tells."""
    if use.kind == "index":
        return DATA
    if any(isinstance(c, Compound) and c.kind == "Compare" for c in use.containers):
        return ""
    if use.kind in ("iterated", "assigned"):
        target = getattr(use.operation, "target", None)
        return role_of_target(facts, known, target, use, steps)
    if use.kind == "argument" and steps:
        return role_of_argument(facts, known, use, steps)
    return ""


def role_of_target(facts: Facts, known: Known, target: Value | None, use: Use, steps: int) -> str:
    """The role of a value by the name that keeps it, and by what becomes of that name."""
    if not isinstance(use.operation, (Assign, Loop)) or target is None:
        return ""
    text = target_text(target)
    named = role_of_name(text)
    if named:
        return named
    if text and steps:
        found = role_of_uses(
            facts, known, uses_of_name(facts, known.path, use.function, text), steps - 1
        )
        if found:
            return found
    return DATA if text and DATA_NAME.search(text) else ""


SELECTS = frozenset(
    ("Subset", "SubsetRandomSampler", "take", "index_select", "iloc", "select", "gather")
)
ADDS = frozenset(("append", "add", "extend", "insert"))


def role_of_argument(facts: Facts, known: Known, use: Use, steps: int) -> str:
    """The role of a value by what takes it: a selection, a parameter, or a conversion."""
    call = facts.program.modules[known.path].calls[use.call]
    method = call.name.rpartition(".")[2]
    if method in SELECTS:
        return DATA
    if method in ("Parameter", "UninitializedParameter"):
        return LAYER
    if method in ("Variable", "add_weight", "create_parameter"):
        return INITIAL
    if method in ADDS:
        return ""
    return role_of_uses(facts, known, facts.uses(known.path).of_result(use.call), steps - 1)
