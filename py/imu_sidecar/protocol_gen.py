"""The contract with the orchestrator. Generated from src/protocol by `npm run gen`: do not edit."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

PROTOCOL_VERSION = 1
SCHEMA_HASH = "8f7846d30fad68223baf5feeed2477ad779ddc124b33dfe412fd275468214724"

# What a JavaScript number can be: exact integers, and real numbers that are not NaN or infinite.
MAX_INTEGER = 9007199254740991
MAX_NUMBER = 1.7976931348623157e308
Integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Number = Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]


class Message(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What every object of the contract has in common."""


class PhaseStarted(Message, tag_field="type", tag="phaseStarted"):
    phase: str


Float = float


class StepCompleted(Message, tag_field="type", tag="stepCompleted"):
    step: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    num_steps: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    loss: Float
    seconds_per_step: Annotated[float, Meta(ge=0, le=MAX_NUMBER)]


class MetricMeasured(Message, tag_field="type", tag="metricMeasured"):
    step: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    label: str
    value: Float


class Logged(Message, tag_field="type", tag="logged"):
    level: Literal["debug", "info", "warning", "error"]
    message: str


class DeviceMeasured(Message, tag_field="type", tag="deviceMeasured"):
    rank: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    device: str
    memory_bytes: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    memory_limit_bytes: Annotated[int, Meta(ge=0, le=MAX_INTEGER)] | None
    utilisation: Annotated[float, Meta(ge=0, le=1)] | None


SidecarEvent = PhaseStarted | StepCompleted | MetricMeasured | Logged | DeviceMeasured

FailureCode = Literal[
    "INVALID_REQUEST",
    "PROTOCOL_MISMATCH",
    "ASSET_MISSING",
    "OUT_OF_MEMORY",
    "NON_FINITE",
    "CANCELLED",
    "DEADLINE",
    "SIDECAR_EXITED",
    "INTERNAL",
]


class Failure(Message):
    code: FailureCode
    message: str
    hint: str
    type: str
    stack: list[str]
    cause: str | None


class Device(Message):
    id: str
    name: str
    memory_bytes: Integer | None


class Hello(Message):
    protocol_version: Integer
    schema_hash: str
    pid: Integer
    python_version: str
    packages: dict[str, str]
    device: str
    device_name: str
    devices: list[Device]
    num_threads: Integer
    deterministic: bool


Json = Any


class MarkovChains(Message):
    kind: Literal["markovChains"]
    num_states: Annotated[int, Meta(ge=3, le=MAX_INTEGER)]
    sequence_length: Annotated[int, Meta(ge=2, le=MAX_INTEGER)]
    leakage: Annotated[float, Meta(ge=0, le=1)]
    num_retain: Annotated[int, Meta(ge=2, le=MAX_INTEGER)]
    num_forget1: Annotated[int, Meta(ge=2, le=MAX_INTEGER)]
    num_forget2: Annotated[int, Meta(ge=2, le=MAX_INTEGER)]
    test_fraction: Annotated[float, Meta(gt=0, lt=1)]
    seed: Annotated[int, Meta(ge=0, le=4294967295)]


DatasetSpec = MarkovChains


class WrittenFile(Message):
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}\\Z")]
    size_bytes: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]


class SetSize(Message):
    name: str
    num_samples: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]


class MarkovDecoder(Message, tag_field="kind", tag="markovDecoder"):
    vocabulary_size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    num_positions: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    width: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    num_layers: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class Gpt2(Message, tag_field="kind", tag="gpt2"):
    vocabulary_size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    num_positions: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    width: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    num_layers: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    num_heads: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


Architecture = MarkovDecoder | Gpt2


class Selection(Message):
    sets: Annotated[list[str], Meta(min_length=1)]
    limit: Annotated[int, Meta(ge=1, le=MAX_INTEGER)] | None


class AdamW(Message, tag_field="kind", tag="adamW"):
    learning_rate: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    beta1: Number
    beta2: Number
    epsilon: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    weight_decay: Annotated[float, Meta(ge=0, le=MAX_NUMBER)]


class Sgd(Message, tag_field="kind", tag="sgd"):
    learning_rate: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    momentum: Annotated[float, Meta(ge=0, le=MAX_NUMBER)]
    weight_decay: Annotated[float, Meta(ge=0, le=MAX_NUMBER)]


Optimiser = AdamW | Sgd

Primitive = Literal["tokenLoss", "klToReference"]


class Measurement(Message):
    label: str
    primitive: Primitive
    selection: Selection


class MeasuredValue(Message):
    label: str
    value: Float
    num_samples: Integer


class ExactEstimator(Message, tag_field="kind", tag="exact"):
    damping: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    tolerance: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    max_iterations: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class DenseEstimator(Message, tag_field="kind", tag="dense"):
    damping: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]


class DiagFisherEstimator(Message, tag_field="kind", tag="diagFisher"):
    damping: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    alias_first_sample: bool


class IdentityEstimator(Message, tag_field="kind", tag="identity"):
    pass


class LossEstimator(Message, tag_field="kind", tag="loss"):
    pass


Estimator = ExactEstimator | DenseEstimator | DiagFisherEstimator | IdentityEstimator | LossEstimator


class CrossEntropy(Message, tag_field="kind", tag="crossEntropy"):
    pass


class GradientAscent(Message, tag_field="kind", tag="gradientAscent"):
    pass


class Npo(Message, tag_field="kind", tag="npo"):
    beta: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]


class SimNpo(Message, tag_field="kind", tag="simNpo"):
    beta: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]
    delta: Number


Objective = CrossEntropy | GradientAscent | Npo | SimNpo

ParameterScope = Literal["all", "head"]


class DescentSpec(Message):
    selection: Selection
    objective: Objective
    parameter_scope: ParameterScope
    optimiser: Optimiser
    batch_size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    seed: Annotated[int, Meta(ge=0, le=4294967295)]
    normalise_per_batch: bool
    l1_penalty: Annotated[float, Meta(ge=0, le=MAX_NUMBER)]
    loss_scale: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]


class HelloInput(Message):
    pass


HelloOutput = Hello


class SelfTestInput(Message):
    action: Literal[
        "echo",
        "raise",
        "progress",
        "hang",
        "exit",
        "kill",
        "segfault",
        "print",
        "unserialisable",
        "outOfMemory",
    ]
    value: Json
    count: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    interval_seconds: Annotated[float, Meta(ge=0, le=MAX_NUMBER)]


class SelfTestOutput(Message):
    value: Json


class GenerateDatasetInput(Message):
    dataset: DatasetSpec
    path: Annotated[str, Meta(min_length=1)]


class GenerateDatasetOutput(Message):
    file: WrittenFile
    sets: list[SetSize]


class LoadDatasetInput(Message):
    path: Annotated[str, Meta(min_length=1)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}\\Z")]


class LoadDatasetOutput(Message):
    dataset: Annotated[str, Meta(min_length=1)]
    sets: list[SetSize]
    groups: list[str]


class CreateModelInput(Message):
    architecture: Architecture
    seed: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]


class CreateModelOutput(Message):
    model: Annotated[str, Meta(min_length=1)]
    num_parameters: Integer
    num_head_parameters: Integer


class LoadModelInput(Message):
    architecture: Architecture
    path: Annotated[str, Meta(min_length=1)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}\\Z")]


class LoadModelOutput(Message):
    model: Annotated[str, Meta(min_length=1)]
    num_parameters: Integer
    num_head_parameters: Integer


class SaveModelInput(Message):
    model: Annotated[str, Meta(min_length=1)]
    path: Annotated[str, Meta(min_length=1)]


SaveModelOutput = WrittenFile


class ReleaseInput(Message):
    handles: list[Annotated[str, Meta(min_length=1)]]


class ReleaseOutput(Message):
    pass


class TrainInput(Message):
    model: Annotated[str, Meta(min_length=1)]
    dataset: Annotated[str, Meta(min_length=1)]
    selection: Selection
    optimiser: Optimiser
    batch_size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    num_epochs: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    seed: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]


class TrainOutput(Message):
    num_steps: Integer
    loss: Float
    seconds: Number


class EvaluateInput(Message):
    model: Annotated[str, Meta(min_length=1)]
    dataset: Annotated[str, Meta(min_length=1)]
    measurements: Annotated[list[Measurement], Meta(min_length=1)]
    reference: Annotated[str, Meta(min_length=1)] | None
    batch_size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class EvaluateOutput(Message):
    values: list[MeasuredValue]
    seconds: Number


class ScoreInfluenceInput(Message):
    model: Annotated[str, Meta(min_length=1)]
    dataset: Annotated[str, Meta(min_length=1)]
    selection: Selection
    estimator: Estimator
    batch_size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class ScoreInfluenceOutput(Message):
    num_samples: Integer
    damping: Number
    largest_eigenvalue: Number | None
    median_curvature: Number | None
    num_iterations: Integer
    residual: Float
    seconds: Number


class OpenDescentInput(Message):
    model: Annotated[str, Meta(min_length=1)]
    dataset: Annotated[str, Meta(min_length=1)]
    descent: DescentSpec
    reference: Annotated[str, Meta(min_length=1)] | None


class OpenDescentOutput(Message):
    descent: Annotated[str, Meta(min_length=1)]
    num_trainable: Integer
    num_samples: Integer


class SetSampleWeightsInput(Message):
    descent: Annotated[str, Meta(min_length=1)]


class SetSampleWeightsOutput(Message):
    num_drawn: Integer


class DescendInput(Message):
    descent: Annotated[str, Meta(min_length=1)]
    num_steps: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    total_steps: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    trace: list[Measurement]
    trace_every: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    reference: Annotated[str, Meta(min_length=1)] | None


class DescendOutput(Message):
    step: Integer
    loss: Float
    seconds: Number
    trace_seconds: Number


# Operation -> what it takes and what it gives.
OPERATIONS: dict[str, tuple[type[Struct], type[Struct]]] = {
    "hello": (HelloInput, HelloOutput),
    "selfTest": (SelfTestInput, SelfTestOutput),
    "generateDataset": (GenerateDatasetInput, GenerateDatasetOutput),
    "loadDataset": (LoadDatasetInput, LoadDatasetOutput),
    "createModel": (CreateModelInput, CreateModelOutput),
    "loadModel": (LoadModelInput, LoadModelOutput),
    "saveModel": (SaveModelInput, SaveModelOutput),
    "release": (ReleaseInput, ReleaseOutput),
    "train": (TrainInput, TrainOutput),
    "evaluate": (EvaluateInput, EvaluateOutput),
    "scoreInfluence": (ScoreInfluenceInput, ScoreInfluenceOutput),
    "openDescent": (OpenDescentInput, OpenDescentOutput),
    "setSampleWeights": (SetSampleWeightsInput, SetSampleWeightsOutput),
    "descend": (DescendInput, DescendOutput),
}

# Code -> whether the same task may be tried again as it is.
FAILURE_CODES: dict[str, bool] = {
    "INVALID_REQUEST": False,
    "PROTOCOL_MISMATCH": False,
    "ASSET_MISSING": False,
    "OUT_OF_MEMORY": True,
    "NON_FINITE": False,
    "CANCELLED": False,
    "DEADLINE": True,
    "SIDECAR_EXITED": True,
    "INTERNAL": False,
}
