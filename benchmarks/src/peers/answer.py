"""What the scripts of all peers share: they answer each line of JSON on the standard input with one on the standard output."""

import json
import sys
import time

LEARNING_RATE = 0.001
TRAINING_SIZE = 60000
# The smallest normal float32, below which log(theta^2) would be -inf.
TINY = 1.1754943508222875e-38
INITIAL_LOG_VARIANCE = -10.0
FILTER = 5


def shapes_of(network):
    """Shapes of the weights of each layer: filters [size, size, in, out] of the convolutions, then [in, out]."""
    *size, channels = network["input"]
    shapes = []
    for index, units in enumerate(network["units"]):
        if index < network["convolutions"]:
            shapes.append((FILTER, FILTER, channels, units))
            size = [(side - FILTER + 1) // 2 for side in size]
            channels = units
        else:
            if size:
                channels *= size[0] * size[1]
                size = []
            shapes.append((channels, units))
            channels = units
    return shapes


def answer(about, make_step):
    """Writes `about`. For each question, runs a step of its network once to lead in, then `steps` times; writes their times in ms, by the clock
    and of the processor."""
    print(about, flush=True)
    steps = {}
    for line in sys.stdin:
        question = json.loads(line)
        key = (question["name"], question["noise"], question["setting"])
        if key not in steps:
            steps[key] = make_step(question["network"], question["noise"], question["setting"])
        step = steps[key]
        step()
        times = []
        for _ in range(question["steps"]):
            clock, work = time.perf_counter(), time.process_time()
            step()
            spent = {"clock": time.perf_counter() - clock, "work": time.process_time() - work}
            times.append({kind: 1000 * seconds for kind, seconds in spent.items()})
        print(json.dumps(times), flush=True)
