"""Every error that nescio raises.

::

    NescioError                 internal_error          500
    ├── InvalidRequest          invalid_request         400
    │   ├── QueryTooLong        query_too_long          400
    │   └── UnsupportedParameter  unsupported_parameter 400
    ├── Unauthorized            unauthorized            401
    ├── Forbidden               forbidden               403
    ├── NotFound                not_found               404
    │   └── UnknownModel        model_not_found         404
    ├── BodyTooLarge            body_too_large          413
    ├── QueueFull               queue_full              429
    ├── NotReady                not_ready               503
    ├── ConfigError             config_error            500
    │   ├── CardError           card_error              500
    │   └── ArtefactError       artefact_error          500
    ├── DataError               data_error              400
    ├── ModelError              model_error             500
    │   ├── ModelMissing        model_missing           503
    │   ├── ChecksumMismatch    checksum_mismatch       500
    │   ├── OutOfDisk           out_of_disk             507
    │   └── OutOfMemory         out_of_memory           507
    ├── PortTaken               port_taken              500
    ├── BudgetSpent             budget_spent            400
    └── BackendUnavailable      backend_unavailable     503
        └── ContextExceeded     context_exceeded        400

Bad input and bad set-up are errors. Doubt, a failed tool or a late expert is not: it is an abstention with its reason.
"""

from __future__ import annotations


class NescioError(Exception):
    """Base of the tree: a message, a stable `code`, an `http_status`, and a `hint` that names the next step."""

    code = "internal_error"
    http_status = 500
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.param = param


class InvalidRequest(NescioError):
    """The request cannot be understood as it stands."""

    code = "invalid_request"
    http_status = 400
    exit_code = 2


class QueryTooLong(InvalidRequest):
    """The message text is longer than nescio reads."""

    code = "query_too_long"


class UnsupportedParameter(InvalidRequest):
    """A parameter that is unknown, or that does not work yet."""

    code = "unsupported_parameter"


class Unauthorized(NescioError):
    """The API key is missing or wrong."""

    code = "unauthorized"
    http_status = 401


class Forbidden(NescioError):
    """The request comes from where none may come from, such as a foreign web page."""

    code = "forbidden"
    http_status = 403


class NotFound(NescioError):
    """The thing named does not exist."""

    code = "not_found"
    http_status = 404
    exit_code = 2


class UnknownModel(NotFound):
    """No expert or model of that name."""

    code = "model_not_found"


class BodyTooLarge(NescioError):
    """The request body exceeds the limit."""

    code = "body_too_large"
    http_status = 413


class QueueFull(NescioError):
    """Too many requests wait already; `retry_after` is in seconds."""

    code = "queue_full"
    http_status = 429

    def __init__(self, message: str, *, retry_after: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class NotReady(NescioError):
    """The server is still starting, or a part it cannot do without is missing."""

    code = "not_ready"
    http_status = 503


class ConfigError(NescioError):
    """Settings, a profile, a card or an artefact is wrong."""

    code = "config_error"
    exit_code = 2


class CardError(ConfigError):
    """An expert's card or the files beside it are wrong."""

    code = "card_error"


class ArtefactError(ConfigError):
    """A fitted artefact is missing, damaged, or does not match what it would be used with."""

    code = "artefact_error"


class DataError(NescioError):
    """A data file cannot be used as it stands."""

    code = "data_error"
    http_status = 400
    exit_code = 2


class ModelError(NescioError):
    """A model file cannot be had or used."""

    code = "model_error"


class ModelMissing(ModelError):
    """The model file is not on this machine."""

    code = "model_missing"
    http_status = 503


class ChecksumMismatch(ModelError):
    """The file's sha256 is not the one in the catalogue."""

    code = "checksum_mismatch"


class OutOfDisk(ModelError):
    """There is not enough room for what must be written."""

    code = "out_of_disk"
    http_status = 507


class OutOfMemory(ModelError):
    """The model does not fit into the memory that is free."""

    code = "out_of_memory"
    http_status = 507


class PortTaken(NescioError):
    """Another process listens on the port."""

    code = "port_taken"


class BudgetSpent(NescioError):
    """An expert would draw more samples than the query's ``max_samples`` allows; it becomes an abstention."""

    code = "budget_spent"
    http_status = 400


class BackendUnavailable(NescioError):
    """The model server cannot be reached, died, timed out, or answered with an error."""

    code = "backend_unavailable"
    http_status = 503


class ContextExceeded(BackendUnavailable):
    """The text is longer than the model reads at once."""

    code = "context_exceeded"
    http_status = 400
