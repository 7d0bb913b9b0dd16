"""pyarrow's errors as one line each: what, where, what to do."""

import re
from urllib.parse import urlsplit

from hyllm.errors import EndpointError, HyllmError, UsageError

_LONGEST = 300
"""Characters of a library's own words."""

_REFUSED = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY_ID|SIGNATURE_DOES_NOT_MATCH|INVALID_CLIENT_TOKEN_ID|ExpiredToken"
    r"|PERMISSION_DENIED|UNAUTHENTICATED|OAuth2 access token|DefaultAzureCredential|Authenticat|Authoriz"
    r"|HTTP status 40[013]|\b40[13]\b.*(?:Unauthorized|Forbidden)|invalid_grant",
    re.IGNORECASE,
)
"""HTTP status 400 is what S3 answers to a question without a body if a token has expired."""

_BAD_NAME = re.compile(
    r"InvalidBucketName|InvalidResourceName|OutOfRangeInput"
    r"|bucket '(?![a-z0-9][a-z0-9.-]{1,61}[a-z0-9]')[^']*': AWS Error UNKNOWN \(HTTP status 400\)"
)
"""What S3 and Azure answer to a name that no bucket or container can have. S3 does not always say that this is why."""

_NO_BUCKET = re.compile(
    r"NO_SUCH_BUCKET|To create buckets|ContainerNotFound|bucket does not exist", re.IGNORECASE
)

_CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile AWS_PROFILE names",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login",
    "gcs": "GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login",
    "abfs": "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, az login, or the SAS token in the URL",
    "abfss": "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, az login, or the SAS token in the URL",
    "hdfs": "the user's rights and Kerberos ticket",
}


def no_pyarrow(url: str) -> UsageError:
    """What is said where pyarrow is not installed."""
    return UsageError(f"{shown(url)}: an object store needs pyarrow: pip install 'hyllm[ray]'")


def shown(url: str) -> str:
    """A URL as it may be printed: without query, fragment, password and a slash at its end."""
    hidden = f"{url.partition(':')[0]}://…"
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError: what stands there is no port, but perhaps a secret with a slash in it
    except ValueError:
        return hidden
    user, at, host = parts.netloc.rpartition("@")
    if host.endswith(":"):
        return hidden
    return f"{parts.scheme}://{'' if ':' in user else user + at}{host}{parts.path.rstrip('/')}"


def said(error: Exception, told: str) -> HyllmError:
    """The error to raise for one of pyarrow's.

    Args:
        error: an OSError or ArrowException.
        told: what cannot be done, with the folder as `shown` has it at the beginning.
    """
    scheme = told.partition(":")[0].lower()
    words = str(error)
    if "Unrecognized filesystem type" in words:
        return UsageError(
            f"{told}: folders are paths or URLs of s3://, gs://, abfs:// and hdfs://, not {scheme}://"
        )
    if "Cannot parse URI" in words:  # the words have the URI, secrets and all
        return UsageError(f"{told}: the URL has a character that must be percent-encoded, or lacks something")
    if "libjvm" in words or "libhdfs" in words:
        return UsageError(f"{told}: HDFS needs Java and Hadoop's libhdfs: set JAVA_HOME and HADOOP_HOME")
    if "valid account name" in words:
        return UsageError(
            f"{told}: the URL names no account: {scheme}://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH"
        )
    if _BAD_NAME.search(words):
        return UsageError(
            f"{told}: no bucket or container can have this name: it is 3 to 63 of a-z, 0-9 and - ({_short(words)})"
        )
    is_gone = scheme in ("gs", "gcs") and isinstance(error, FileNotFoundError)
    if is_gone or _NO_BUCKET.search(words):
        return UsageError(f"{told}: there is no such bucket; make it, or correct its name")
    if isinstance(error, PermissionError) or _REFUSED.search(words):
        hint = _CREDENTIALS.get(scheme, "who may write there")
        return UsageError(f"{told}: access is refused; check {hint} ({_short(words)})")
    away = isinstance(error, OSError) and error.errno is None
    if away or isinstance(error, ConnectionError | TimeoutError):
        return EndpointError(f"{told}: {_short(words)}; try again when the storage can be reached")
    return UsageError(f"{told}: {_short(words)}")


def _short(words: str) -> str:
    """A library's words in one line, without what only its makers need."""
    words = re.split(r" error_info=| \(Request ID|\. Detail: ", words.removeprefix("google::cloud::Status("))[
        0
    ]
    words = re.sub(
        r"(://[^\s?'\"]*)\?[^\s'\"]*", r"\1", " ".join(words.split())
    )  # Azure's may sign in a query
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
