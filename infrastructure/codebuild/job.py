"""One job of Slipway, as CodeBuild runs it: a build, or the command of a test or gate. What it is to do and what it needs are objects of
the bucket below jobs/<ARN of the run>/in/, and what it makes goes below jobs/<ARN of the run>/out/: IAM lets a run nowhere else, as
a service's own commands run here and can have the run's role. The credential of a git host is lent once, before any of them. Only
Python's own library, git and the AWS CLI are used: all are in CodeBuild's images. Programs are started by lists of arguments, never
by a shell."""

import base64
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

BUCKET = os.environ["SLIPWAY_BUCKET"]
JOB = os.environ["SLIPWAY_JOB"]
# Whoever started the run puts its request there right after that.
PATIENCE_SECONDS = float(os.environ["SLIPWAY_PATIENCE_SECONDS"])
RUN = f"jobs/{os.environ['CODEBUILD_BUILD_ARN']}"
# The function that lends credentials of git hosts; "" where repositories need none.
LENDER = os.environ.get("SLIPWAY_LENDER", "")
LOG_BYTES_MAX = 10 * 1024 * 1024
TAIL_BYTES = {"build": 4096, "command": 16 * 1024}
ENTRIES_MAX = 100_000
ARTIFACT_BYTES_MAX = 2 * 1024**3
GRACE_SECONDS = 5
CHECKOUT = "checkout"
# What commands of a service never see: whoever has them acts as the build project, or reads repositories.
WITHHELD = ("AWS_", "ECS_CONTAINER_METADATA", "SLIPWAY_", "CODEBUILD_")


class Failed(Exception):
    """The step that is under way failed, for this reason."""


class TimeIsUp(Exception):
    pass


class Log:
    """What commands print: to CodeBuild's own log, and, up to a limit, to a file."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "wb")
        self.kept = 0

    def note(self, line):
        self._put(f"[slipway] {line}\n".encode())

    def write(self, chunk):
        room = max(0, LOG_BYTES_MAX - self.kept)
        if 0 < room < len(chunk):
            self._put(chunk[:room] + f"\n[slipway] the log is truncated here: output is kept up to {LOG_BYTES_MAX} bytes\n".encode())
        elif room > 0:
            self._put(chunk)
        self.kept += len(chunk)

    def _put(self, data):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        self.file.write(data)
        self.file.flush()

    def tail(self, count):
        data = self.path.read_bytes()
        return data[-count:].decode("utf-8", "replace").lstrip("\ufffd")


def aws(*arguments):
    return subprocess.run(["aws", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def fetch(name, path):
    done = aws("s3api", "get-object", "--bucket", BUCKET, "--key", f"{RUN}/in/{name}", str(path))
    if done.returncode != 0:
        raise Failed(f"{name} could not be read from the bucket: {done.stderr.strip()[-500:]}")


def fetch_request(path):
    """It may come a little later than this program starts. S3 tells who may not list nothing but "denied" of what is not there."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return fetch("request.json", path)
        except Failed:
            if time.monotonic() > limit:
                raise
            time.sleep(1)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest


def store(path, name):
    """Once, with the sha256 of its bytes, which S3 checks and keeps. Slipway takes it over from there, if the result says the same digest."""
    digest = sha256_of(path)
    checksum = base64.b64encode(digest.digest()).decode()
    done = aws("s3api", "put-object", "--bucket", BUCKET, "--key", f"{RUN}/out/{name}", "--body", str(path), "--checksum-algorithm", "SHA256", "--checksum-sha256", checksum, "--if-none-match", "*")
    # There already: put by an attempt whose answer was lost. Or by somebody else, and then its digest is another one.
    if done.returncode != 0 and "PreconditionFailed" not in done.stderr:
        raise Failed(f"the file could not be stored in the bucket: {done.stderr.strip()[-500:]}")
    return f"sha256:{digest.hexdigest()}"


def lent_credential(work):
    """What may read the repository; None where its host needs nothing. It is asked for once, and refused to whoever asks later, the commands of the service too."""
    asked = work / "lend.json"
    asked.write_text(json.dumps({"job": JOB}))
    done = aws("lambda", "invoke", "--function-name", LENDER, "--payload", f"fileb://{asked}", "/dev/stdout")
    if done.returncode != 0:
        raise Failed(f"the credential of the git host could not be asked for: {done.stderr.strip()[-500:]}")
    answer, _ = json.JSONDecoder().raw_decode(done.stdout)
    if "errorType" in answer:
        raise Failed(f"the credential of the git host was not lent: {answer.get('errorMessage', answer['errorType'])}")
    return answer["credential"]


def git_environment(home, repository, work):
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "0"}
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "GIT_SSL_CAINFO"):
        if name in os.environ:
            environment[name] = os.environ[name]
    host = repository.split("://", 1)[-1].split("/", 1)[0]
    credential = lent_credential(work) if LENDER != "" and repository.startswith("https://") else None
    if credential is not None:
        # By the environment: arguments are seen by every process.
        header = "Authorization: Basic " + base64.b64encode(credential.encode()).decode()
        environment.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0=f"http.https://{host}/.extraHeader", GIT_CONFIG_VALUE_0=header)
    return environment


def checkout(request, root, work, log, deadline):
    """In a process of its own, which has ended with the credential in its memory before a command of the service begins."""
    log.note(f"checkout of {request['commit']} from {request['repository']}")
    asked = {"repository": request["repository"], "commit": request["commit"], "root": str(root), "work": str(work), "seconds": max(1, deadline - time.monotonic())}
    done = subprocess.run([sys.executable, __file__, CHECKOUT], input=json.dumps(asked), capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"the checkout ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
    answer = json.loads(done.stdout)
    if answer.get("timeIsUp"):
        raise TimeIsUp()
    if "failed" in answer:
        raise Failed(answer["failed"])
    return answer["committedAt"]


def checkout_here():
    """The other side of checkout: answers on its output."""
    asked = json.load(sys.stdin)
    try:
        print(json.dumps({"committedAt": checked_out(asked)}))
    except TimeIsUp:
        print(json.dumps({"timeIsUp": True}))
    except Failed as error:
        print(json.dumps({"failed": str(error)}))


def checked_out(asked):
    """The exact tree of the commit, without what attributes, filters and submodules would change. Answers the commit's time."""
    repository, commit, folder, work = asked["repository"], asked["commit"], pathlib.Path(asked["root"]), pathlib.Path(asked["work"])
    deadline = time.monotonic() + asked["seconds"]
    environment = git_environment(work / "home", repository, work)

    def git(*arguments, check=True):
        try:
            done = subprocess.run(["git", *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=max(1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise TimeIsUp() from error
        if check and done.returncode != 0:
            raise Failed(f"git {arguments[0]} failed: {done.stderr.strip()[-1000:]}")
        return done

    git("init", "--quiet", *(["--object-format=sha256"] if len(commit) == 64 else []))
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* -text -ident -filter -working-tree-encoding\n")
    if git("fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", repository, commit, check=False).returncode != 0:
        # Some hosts give out only what a branch names.
        git("fetch", "--quiet", "--no-tags", "--end-of-options", repository, "+refs/heads/*:refs/remotes/origin/*")
    git("-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit, "--")
    committed_at = git("show", "--no-patch", "--format=%ct", commit).stdout.strip()
    shutil.rmtree(folder / ".git")
    return committed_at


def inside(root, relative, what):
    """A folder as it really is: a link in its place may not lead outside."""
    found = (root / relative).resolve()
    if found != root and root not in found.parents:
        raise Failed(f"the folder {relative} is a link that leads outside the checkout. Put a real folder there.")
    if not found.is_dir():
        raise Failed(f"{what} {relative}.")
    return found


def environment_of(request, work):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(WITHHELD)}
    return {**kept, "HOME": str(work / "home"), "TMPDIR": str(work / "tmp"), "LANG": "C.UTF-8", "CI": "true", **request["environment"]}


def run(argv, folder, environment, log, deadline):
    """Runs to its end, with all that it started. Answers how it ended in words; None when it succeeded."""
    try:
        process = subprocess.Popen(argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        return f"{argv[0]} could not be started: {error.strerror}"

    def read():
        while chunk := process.stdout.read1(65_536):
            log.write(chunk)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        process.wait(max(0, deadline - time.monotonic()))
        return None if process.returncode == 0 else f"{argv[0]} ended with {'signal ' + str(-process.returncode) if process.returncode < 0 else 'exit code ' + str(process.returncode)}"
    except subprocess.TimeoutExpired as error:
        raise TimeIsUp() from error
    finally:
        end_group(process)
        reader.join(GRACE_SECONDS)


def end_group(process):
    for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, 1)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            process.poll()
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)


def entries_of(root):
    found, total = [], 0
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = pathlib.Path(folder, name)
            status = path.lstat()
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) or stat.S_ISLNK(status.st_mode)):
                raise Failed(f"{path.relative_to(root)} is a device, socket or pipe, and an artifact holds files, folders and links only.")
            total += status.st_size if stat.S_ISREG(status.st_mode) else 0
            found.append(path)
    if len(found) > ENTRIES_MAX or total > ARTIFACT_BYTES_MAX:
        raise Failed(f"the artifact has {len(found)} entries and {total} bytes; at most {ENTRIES_MAX} and {ARTIFACT_BYTES_MAX}. Leave out what it does not need to run.")
    return sorted(found, key=lambda path: os.fsencode(path.relative_to(root)))


def pack(root, path):
    """A tar.gz whose bytes depend on nothing but names, contents and executable bits. Answers how many entries it has."""
    entries = entries_of(root)
    with open(path, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive:
        own = tarfile.TarInfo(".")
        own.type, own.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(own)
        for entry in entries:
            info = tarfile.TarInfo(str(entry.relative_to(root)))
            status = entry.lstat()
            if entry.is_symlink():
                info.type, info.mode, info.linkname = tarfile.SYMTYPE, 0o777, os.readlink(entry)
                archive.addfile(info)
            elif entry.is_dir():
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                info.size, info.mode = status.st_size, 0o755 if status.st_mode & 0o100 else 0o644
                with open(entry, "rb") as content:
                    archive.addfile(info, content)
    return len(entries)


def build(request, work, log, deadline):
    """Answers what the result says besides log and time."""
    step = "checkout"
    try:
        root = (work / "checkout").resolve()
        committed_at = checkout(request, root, work, log, deadline)
        folder = inside(root, request["folder"], "there is no folder")
        environment = {**environment_of(request, work), "SOURCE_DATE_EPOCH": committed_at}
        for step, argv in (("test", request["test"]), ("build", request["command"])):
            if argv is None:
                continue
            log.note(f"{step}: {' '.join(argv)}")
            problem = run(argv, folder, environment, log, deadline)
            if problem is not None:
                raise Failed(f"The {step} command failed: {problem}. Its log says why; correct it and push again.")
        step = "pack"
        output = inside(root, os.path.join(request["folder"], request["output"]), "the build made no folder")
        archive = work / "artifact.tar.gz"
        if pack(output, archive) == 0:
            raise Failed(f"the folder {request['output']} is empty after the build, so there is nothing to run. Correct build.output in the manifest, or the build command.")
        digest = store(archive, "artifact")
        log.note(f"packed {archive.stat().st_size} bytes as {digest}")
        return {"status": "succeeded", "digest": digest, "bytes": archive.stat().st_size}
    except TimeIsUp:
        return {"status": "failed", "step": "timeout", "message": f"The build took longer than its limit of {request['timeoutSeconds']} s and was ended with all it had started. Make it faster, or raise build.timeout in the manifest."}
    except Exception as error:  # noqa: BLE001 - a result is owed for every end
        return {"status": "failed", "step": step, "message": str(error)}


def fetch_stored(digest, path):
    fetch(digest.replace(":", "/"), path)
    if f"sha256:{sha256_of(path).hexdigest()}" != digest:
        raise Failed(f"{digest} in the bucket is damaged: its bytes have another digest")


def unpack(archive, root):
    """Only files, folders and links that stay inside. Python's own filter holds the same, from 3.11.4 on (PEP 706): used where it is."""
    root.mkdir(exist_ok=True)
    own = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as content:
        for member in content:
            place = root / member.name
            leads_to = place.parent / member.linkname if member.issym() else root / member.linkname if member.islnk() else place
            if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
                raise Failed(f"{member.name} of the artifact is no file, folder or link")
            if any(root not in (path, *path.parents) for path in (place.resolve(), leads_to.resolve())):
                raise Failed(f"{member.name} of the artifact leads outside of it")
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
            member.mode |= 0o700 if member.isdir() else 0o600
            content.extract(member, root, **own)


def command(request, work, log, _deadline):
    name = " ".join(request["command"])[:200]
    try:
        root = (work / "checkout").resolve()
        if request["repository"] is not None:
            checkout(request, root, work, log, time.monotonic() + 600)
            folder = inside(root, request["folder"], "there is no folder")
        else:
            # An artifact is what was packed from the manifest's folder: there is no path above it.
            archive = work / "artifact.tar.gz"
            fetch_stored(request["digest"], archive)
            unpack(archive, root)
            folder = root
        environment = environment_of(request, work)
        if request["inputs"]:
            (work / "inputs").mkdir()
            environment["SLIPWAY_INPUTS"] = str(work / "inputs")
        for given in request["inputs"]:
            fetch_stored(given["digest"], work / "inputs" / given["name"])
    except Exception as error:  # noqa: BLE001
        return {"passed": False, "detail": f"{name} was not run, because its files could not be put in place: {error}"}
    begun = time.monotonic()
    try:
        problem = run(request["command"], folder, environment, log, begun + request["timeoutSeconds"])
        sentence = f"{name} ended with exit code 0." if problem is None else f"{problem}."
    except TimeIsUp:
        problem = "timeout"
        sentence = f"{name} took longer than its limit of {request['timeoutSeconds']} s and was ended with all it had started. Make it faster, or raise its timeout in the manifest."
    return {"passed": problem is None, "seconds": round(time.monotonic() - begun, 3), "detail": sentence}


def main():
    started = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(prefix="slipway-"))
    for name in ("checkout", "home", "tmp"):
        (work / name).mkdir(mode=0o700)
    log = Log(work / "log")
    fetch_request(work / "request.json")
    request = json.loads((work / "request.json").read_text())
    kind = request["kind"]
    result = {"build": build, "command": command}[kind](request, work, log, started + request["timeoutSeconds"])
    if "message" in result:
        log.note(f"{result['step']} failed: {result['message']}")
    result = {"seconds": round(time.monotonic() - started, 3), **result, "tail": log.tail(TAIL_BYTES[kind]), "log": None}
    if kind == "build" and log.path.stat().st_size > 0:
        try:
            result["log"] = store(log.path, "log")
        except Failed as error:
            print(f"[slipway] the log was not stored: {error}", flush=True)
    (work / "result.json").write_text(json.dumps(result))
    done = aws("s3api", "put-object", "--bucket", BUCKET, "--key", f"{RUN}/out/result.json", "--body", str(work / "result.json"), "--content-type", "application/json", "--if-none-match", "*")
    if done.returncode != 0 and "PreconditionFailed" not in done.stderr:
        raise SystemExit(f"[slipway] the result could not be stored: {done.stderr.strip()[-500:]}")
    # CodeBuild's own status says the same as the result.
    raise SystemExit(0 if result.get("status") == "succeeded" or result.get("passed") is True else 1)


if __name__ == "__main__":
    checkout_here() if sys.argv[1:] == [CHECKOUT] else main()
