"""Every error that Citygate raises on purpose.

CitygateError
|- BadInput                 what the caller gave cannot be used
|  |- BadArray              an array of the wrong shape, dtype or range
|  |- NotAnImage            bytes that do not decode to a picture
|  |- ImageTooLarge         more bytes or pixels than allowed
|  |- NoFace                nobody in the picture
|  |- SeveralFaces          more than one person in the picture
|  |- NoPlate               no legible plate in the picture
|  |- SeveralPlates         more than one plate about equally near in the picture
|  `- PoorQuality           a face that is too small, blurred, turned, dark or covered
|- ConfigurationError       settings, a manifest or a camera file that is wrong
|- ModelError
|  |- ModelFileError        a weight file that is missing, damaged or not the listed one
|  |- ModelContractError    a network whose inputs or outputs are not those listed
|  |- ProviderUnavailable   the execution provider that was asked for is not there
|  |- ModelMismatch         embeddings of two models brought together
|  `- Uncalibrated          no threshold can be stated for this model and false match rate
|- RecordError
|  |- NotFound              no such record, or not visible to the caller
|  |- Conflict              the record exists already or has changed
|  |- NoConsent             no valid consent for this subject and purpose
|  |- ForbiddenPurpose      a purpose the caller was not given
|  |- WrongMasterKey        the master key does not open this store
|  |- StoreReplaced         the store was restored or has another master key since it was opened
|  `- SealBroken            sealed bytes that were changed or belong to another record
|- DeliveryError
|  |- BusAway               the message bus does not answer, or refuses
|  `- NotTaken              neither the spool nor the database takes a record now
`- SourceError              a camera or file that cannot be opened or read
"""


class CitygateError(Exception):
    """Root of the tree; catch a more precise one where you can act on it."""


class BadInput(CitygateError):
    """What the caller gave cannot be used; the message says wanted and got."""


class BadArray(BadInput):
    """An array of the wrong shape, dtype or range."""


class NotAnImage(BadInput):
    """Bytes that do not decode to a whole JPEG, PNG or WebP picture."""


class ImageTooLarge(BadInput):
    """A picture of more bytes or pixels than allowed."""


class NoFace(BadInput):
    """A picture in which no face was found."""


class SeveralFaces(BadInput):
    """A picture with more than one face where exactly one is wanted."""


class NoPlate(BadInput):
    """A picture in which no plate was seen, or none that can be read."""


class SeveralPlates(BadInput):
    """A picture with more than one near plate where exactly one is wanted."""


class PoorQuality(BadInput):
    """A face that must not be enrolled or decided on; `reasons` are stable words."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(f"the face cannot be used: {', '.join(reasons)}")
        self.reasons = reasons


class ConfigurationError(CitygateError):
    """Settings, a manifest or a camera file that is wrong."""


class ModelError(CitygateError):
    """Something about a network."""


class ModelFileError(ModelError):
    """A weight file that is missing, damaged or not the one the manifest lists."""


class ModelContractError(ModelError):
    """A network whose inputs or outputs are not those the manifest lists."""


class ProviderUnavailable(ModelError):
    """The execution provider that was asked for is not available."""


class ModelMismatch(ModelError):
    """Embeddings of two models were brought together."""


class Uncalibrated(ModelError):
    """No threshold can be stated for this model at this false match rate."""


class RecordError(CitygateError):
    """Something about stored records."""


class NotFound(RecordError):
    """No such record, or none that the caller may see."""


class Conflict(RecordError):
    """The record exists already, or changed in between."""


class NoConsent(RecordError):
    """The subject has no valid consent for this purpose."""


class ForbiddenPurpose(RecordError):
    """A purpose that the caller was not given."""


class WrongMasterKey(RecordError):
    """The master key does not open this store."""


class StoreReplaced(RecordError):
    """The store was restored, or got another master key, after this process opened it: start the process anew."""


class SealBroken(RecordError):
    """Sealed bytes that were changed, or that belong to another record."""


class DeliveryError(CitygateError):
    """Something about records on their way to the database."""


class BusAway(DeliveryError):
    """The message bus does not answer, or refuses; what is in the spool stays there."""


class NotTaken(DeliveryError):
    """Neither the spool nor the database takes a record now: it is not acknowledged."""


class SourceError(CitygateError):
    """A camera or file that cannot be opened or read; `reason` is a stable word."""

    def __init__(self, reason: str, source: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.reason = reason
