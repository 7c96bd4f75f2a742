"""Methods that a call may mean by their name alone, where nothing tells the class."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.values import unpacks

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Call, Function

MOST_NAMESAKES = 4
SHORTEST_NAME = 4
# Names that objects of many libraries have: those of the builtin types, of arrays, tables and
# tensors, of models, estimators, environments, samplers, optimizers, loggers and files.
COMMON_NAMES = """
    accept acquire action_space add add_argument add_module advance after aggregate align
    all any append apply argmax argmin args as_array assign astype attach average backward
    batch before begin bind build cache calculate call cancel cast check children choice
    clean clear clip clone close collate collect column columns combine commit compare
    compile compute concat config configure connect consume contains context convert copy
    count cpu create cuda data debug decode decoder default delete describe destroy detach
    device dict disable dispatch display distribution done download draw drop dropna dtype
    dump dumps edit embed emit enable encode encoder end ensure enter environ epoch error
    eval evaluate event evict examples execute exists exit expand explain export extend
    extract fail fetch field fill fillna filter find finish fit fit_predict fit_transform
    flatten float flush fold format forward freeze from_config from_dict from_file
    from_pretrained full generate generator get get_config get_data get_dataset get_item
    get_loss get_model get_name get_params get_state gradient group handle has hash head
    height help hidden hook index indices infer inference info init initialize input insert
    inspect install int inverse invert is_valid item items iter iterate join json keys kill
    label labels last layer layers learn length level line lines link list load load_data
    load_model load_state_dict load_weights lock log log_prob logits long lookup loop loss
    make map mark mask match maximum mean measure merge message metric metrics min minimize
    mode model modules mount move name named_parameters next node norm normalize notify num
    numel numpy observe offset open optimize order output outputs pack pad parallel
    parameters params parse partial_fit paste patch path pause peek perform permute pipe
    play plot poll pop position post predict predict_log_proba predict_proba prepare
    preprocess print probability process process_data progress prune publish pull push put
    query queue quit raise_error random read reads ready receive record recv reduce refresh
    register release reload remove render repeat replace report request require resample
    reset reset_parameters reset_states reshape resize resolve restart restore result resume
    retrieve return reverse rollout rotate round row rows run sample sampler samples save
    save_model scale scan schedule score scores search section seed seek segment select send
    serialize serve session set set_params set_seed set_state set_weights setup shape share
    shift show shuffle shutdown sign size sleep slice sort spawn split squeeze stack start
    stat state state_dict status std step stop store stream strip submit subset subtract sum
    summary swap sync table tail take target tell test text tick time title to to_csv
    to_dict to_json to_list to_numpy to_string token tokenize tolist topk total trace track
    train train_model train_step trainable training transform transforms translate transpose
    traverse trim truncate tune type uniform union unique unlink unlock unpack unregister
    unset unwrap update upload validate value values var verify version view visit visualize
    wait walk warmup weight weights where width with_options work wrap write zero zero_grad
    zeros
"""
COMMON = frozenset(COMMON_NAMES.split())


def namesakes(program: Program, path: str, call: Call) -> list[Target]:
    """The methods of this name that the call fits, if they are few and the name is telling."""
    bare = call.name.rpartition(".")[2]
    known = program.classes.methods_named.get(bare, ())
    if not known or bare in COMMON or bare.startswith("_") or len(bare) < SHORTEST_NAME:
        return []
    if knowledge().method(bare):
        return []
    near = program.neighbours(path)
    found: list[tuple[str, int]] = []
    for owner, place in known:
        if owner in near and not TEST_PATH.search(owner):
            if len(found) >= MOST_NAMESAKES:
                return []
            found.append((owner, place))
    return [
        Target("function", owner, place)
        for owner, place in found
        if fits(program.modules[owner].functions[place], call)
    ]


def fits(record: Function, call: Call) -> bool:
    """Whether a call of a method gives arguments that its parameters can take."""
    parameters = record.parameters[1:]
    if unpacks(call):
        return True
    names = {p.name for p in parameters if not p.kind.startswith("*")}
    takes_any = any(p.kind == "**kwargs" for p in parameters)
    if not takes_any and any(key not in names for key, _ in call.keywords):
        return False
    positional = [p for p in parameters if p.kind == "positional"]
    if len(call.arguments) > len(positional):
        return any(p.kind == "*args" for p in parameters)
    given = {key for key, _ in call.keywords} | {p.name for p in positional[: len(call.arguments)]}
    needed = (p for p in parameters if p.default is None and not p.kind.startswith("*"))
    return all(p.name in given for p in needed)
