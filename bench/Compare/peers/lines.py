"""What a peer speaks with the comparison: a request a line in, an answer of JSON a line out.

Requests:  threads N | prepare FOLDER [WISH...] | time ENGINE SECONDS
"""

import json
import sys
import time

import numpy as np

MOST_SAMPLES = 2048


def sample(array):
    """Values spread over the whole of an array, the same ones that Fovea's side takes."""
    flat = np.asarray(array).reshape(-1)
    stride = max(1, flat.size // MOST_SAMPLES)
    return [float(v) for v in flat[::stride][:MOST_SAMPLES]]


def timed(step, seconds):
    """Milliseconds of each step, for a while, at least one."""
    took, end = [], time.perf_counter() + seconds
    while not took or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        took.append((time.perf_counter() - start) * 1e3)
    return took


def serve(hello, set_threads, prepare):
    """Answers until the input ends. `prepare` gives the work: its `steps` by engine, and its `checks` by engine and name."""
    work = None
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "threads":
                set_threads(int(words[1]))
                answer = {}
            elif words[0] == "prepare":
                work = None  # what was before goes first: two rows at once may not fit into memory
                work = prepare(*words[1:])
                answer = {"checks": work.checks}
            else:
                answer = {"ms": timed(work.steps[words[1]], float(words[2]))}
        except Exception as problem:  # whatever it is, the other side should hear of it and go on with the next row
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)
