"""What is known of an API: facts of the libraries, no logic of rules."""

from __future__ import annotations

from repro_lint.records import Record


class Condition(Record):
    """An API is random, or a switch only warns, when an argument has one of these values.

    `default` is the value when the argument is omitted; `negated` turns it round:
    random unless the argument has one of the values.
    """

    parameter: str
    position: int
    values: tuple[object, ...]
    default: object
    negated: bool = False


class Api(Record):
    """One fact about one callable (or attribute, for switches).

    `role` is one of
    - draw: draws random numbers; from `streams` when its seed parameter is omitted or
      None (`parameter` "" means that it has none);
    - generator: makes a private generator, from `streams` ("entropy", "fixed", or a
      shared stream) when its seed parameter is omitted or None;
    - seed: seeds `streams`; restore: sets the state of `streams`;
    - listing: returns names in an order of the file system;
    - download: fetches something that `parameter` would pin;
    - switch: a determinism switch (function or attribute);
    - worker: runs the function `parameter` in a worker; `kind` says how workers start
      (process: as is usual on the system, spawn: from nothing, thread, remote: on a cluster),
      "pool" where the pool says it, "delayed" for what only wraps a function for one,
      "estimator" for what trains a scikit-learn estimator in workers if `n_jobs` says so,
      "loader" and "collate" for what a data loader reads and gathers, "part" for parts of it;
    - pool: makes workers of a `kind` (loky as well) that wait for functions, `parameter` of them;
    - initializer: `parameter` runs in each worker before all else;
    - starting: `parameter` says how workers start;
    - completion: gives results (or `kind` parts: those that are done, and others) in
      the order in which workers are done;
    - process: starts another process, which runs `kind` (python, fork or command);
    or a trait, which says what becomes of values or of control:
    - clock: gives a value that differs in each process and is no draw;
    - converts: gives its argument in another form, as random as that is;
    - runner: does nothing but call `parameter`; exit: ends the process;
    - keeps: a context manager that puts the states of `streams` back at its end;
    - passes: gives the elements of its argument in their order;
    - ordered: its result depends on the order of its argument;
    - unordered: no order of its argument changes its result;
    - threaded: learns in threads that race, so that bits differ between runs;
    - sized: draws only on large data, if it does not get `parameter`;
    - unstable: sorts so that ties come in any order, unless it gets `parameter`;
    - machine: tells of the machine that it runs on, such as the number of its processors;
    - wraps: what it makes runs the function `parameter` when it is called;
    - hook: a method that the library calls on objects of classes that derive from its own
      (`kind` data: to read a data set);
    - drives: runs the hooks of the objects that it gets as `parameter` and `also` (`self`:
      of that on which it is called), those that its `kind` says: fit, evaluate or predict;
    - option: declares what people set when they start a program, `parameter` its default,
      named as `kind` says: flags, name (first argument) or field (what it is assigned to);
    - config: reads the configuration file that `parameter` names, in the folder `also`;
    - quiet: a package that never draws from the streams of Python and NumPy by itself;
    `streams` holds stream names (python, numpy, torch, tensorflow, keras, ...) or
    "entropy" (nothing seeds it), "fixed" (a constant: same in each run), "none" (no
    draw). `required` means that the call fails without the seed parameter.
    All `conditions` must hold; several rows of one name are alternatives, told apart
    by their conditions or by `since` (that version on) and `until` (before it) of the
    distribution `library`. `default` is the seed parameter's value when omitted, and
    `version` the release of the library that the fact was taken from. `also` are other
    parameters that seed as well, or whose presence means the same: a call that gives
    one of them is like a call that gives `parameter`.
    For downloads `kind` says how `parameter` pins: "revision" (a commit), "suffix" (a
    reference after a colon in its text), "hash" (a checksum; without `parameter` it takes
    none), "version" (a number), "colon" and "versions" (a number in its text), "prompt" (a
    commit after a colon); or which moving names it takes: "tag", "registry" or "alias".
    For switches it says what the name is: function, attribute, argument (`parameter`
    of that callable), environment (a variable), numerics (changes numbers, promises
    nothing about repetition), and its conditions say when it only warns. For the traits
    of order it says what comes out: a collection with the elements of the argument, a
    number, its numbered elements or its first one.
    `effect` is "varies" where results differ between seeds, "ties" where they differ only
    if candidates are equally good, and "draws" where the stream advances but the result
    is stable. `method` marks rows whose name ends in
    a method of a class, such as `pandas.DataFrame.sample`.
    `telltale` is for methods of receivers whose class is unknown: a keyword argument that
    no namesake takes, or "*" where the name of the method (for traits: of the callee) alone
    tells.
    `omitted` tells for seeders what None means: "entropy", "fixed", "nothing" (then the
    call seeds nothing) or "" (an error).
    """

    name: str
    role: str
    library: str
    streams: tuple[str, ...] = ()
    parameter: str = ""
    position: int = -1
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    since: str = ""
    until: str = ""
    effect: str = "varies"
    method: bool = False
    telltale: str = ""
    omitted: str = ""
    kind: str = ""
    source: str = ""
    default: object = None
    version: str = ""
    also: tuple[str, ...] = ()
