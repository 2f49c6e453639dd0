"""The operations called as the loop calls them, on a small problem: what tests of handlers share."""

import hashlib

import imu_sidecar.operations  # noqa: F401
from imu_sidecar import protocol_gen as protocol
from imu_sidecar.loop import Context, _handlers

ARCHITECTURE = protocol.MarkovDecoder(vocabulary_size=6, num_positions=7, width=8, num_layers=2)
ADAM = protocol.AdamW(learning_rate=0.003, beta1=0.9, beta2=0.999, epsilon=1e-6, weight_decay=0.0)
EXACT = protocol.ExactEstimator(damping=0.01, tolerance=1e-6, max_iterations=200)


class Line:
    def __init__(self):
        self.events = []

    def send(self, event):
        self.events.append(event)

    def is_cancelled(self):
        return False


class Sidecar:
    """Calls by keyword; events of the last call."""

    def __init__(self, tmp_path):
        self.context = Context()
        self.path = tmp_path
        spec = protocol.MarkovChains("markovChains", 6, 8, 0.2, 60, 30, 30, 0.2, 1)
        written, _ = self.call("generateDataset", dataset=spec, path=str(tmp_path / "data"))
        assert written.file.sha256 == hashlib.sha256((tmp_path / "data").read_bytes()).hexdigest()
        loaded, _ = self.call("loadDataset", path=str(tmp_path / "data"), sha256=written.file.sha256)
        self.dataset = loaded.dataset

    def call(self, name, arrays=None, **fields):
        line = Line()
        answer = self.context.run(_handlers[name], protocol.OPERATIONS[name][0](**fields), arrays or {}, line)
        self.events = line.events
        return answer

    def model(self, seed=0):
        return self.call("createModel", architecture=ARCHITECTURE, seed=seed)[0].model

    def trained(self, seed=0):
        model = self.model(seed)
        selection = protocol.Selection(["retainTrain", "forget1Train"], None)
        rest = {"optimiser": ADAM, "batch_size": 16, "num_epochs": 2, "seed": 1}
        self.call("train", model=model, dataset=self.dataset, selection=selection, **rest)
        return model

    def descent(self, model, scope="head", objective=None, reference=None):
        spec = protocol.DescentSpec(
            selection=protocol.Selection(["forgetTrain"], None),
            objective=objective or protocol.GradientAscent(),
            parameter_scope=scope,
            optimiser=ADAM,
            batch_size=4,
            seed=1,
            normalise_per_batch=True,
            l1_penalty=0.0,
            loss_scale=1.0,
        )
        fields = {"model": model, "dataset": self.dataset, "descent": spec, "reference": reference}
        return self.call("openDescent", **fields)[0].descent

    def evaluate(self, model, measurements, reference=None, batch_size=16):
        fields = {"model": model, "dataset": self.dataset, "measurements": measurements, "reference": reference}
        return [value.value for value in self.call("evaluate", **fields, batch_size=batch_size)[0].values]
