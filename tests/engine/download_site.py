"""The site of Pulumi's releases on loopback, behind an HTTPS proxy as many a company's."""

import hashlib
import io
import json
import socketserver
import ssl
import sys
import tarfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.engine.machine import PLUGIN, PULUMI

HOSTS = ("api.github.com", "github.com")
SDK = metadata.version("pulumi")
CLI_FILE = "pulumi-v{}-linux-{}.tar.gz"
PLUGIN_FILE = "pulumi-resource-aws-v{}-linux-{}.tar.gz"


@contextmanager
def download_site(
    folder: Path, *, replaced: Collection[str] = (), unpublished: Collection[str] = ()
) -> Iterator[dict[str, str]]:
    """The variables that lead there.

    `replaced`: files that are served with another content than the release says. `unpublished`: files without a
    checksum. Both are parts of their names.
    """
    key, certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    pages = {"/rate_limit": b"{}"}
    for repository, version, files in (("pulumi/pulumi", SDK, _cli()), ("pulumi/pulumi-aws", PLUGIN, _plugin())):
        assets = []
        for name, content in files.items():
            served = content + b"0" if any(part in name for part in replaced) else content
            pages[f"/{repository}/releases/download/v{version}/{name}"] = served
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            assets.append({"name": name, "digest": None if any(part in name for part in unpublished) else digest})
        pages[f"/repos/{repository}/releases/tags/v{version}"] = json.dumps({"assets": assets}).encode()

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                if not line.strip():
                    break
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            with context.wrap_socket(self.connection, server_side=True) as tls:
                page = pages[tls.recv(65536).split()[1].decode()]
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"HTTPS_PROXY": f"http://127.0.0.1:{server.server_address[1]}", "SSL_CERT_FILE": str(certificate)}
        server.shutdown()


def _cli() -> dict[str, bytes]:
    pulumi = f"#!{sys.executable}\n{PULUMI.format(version=f'v{SDK}', plugin=PLUGIN)}".encode()
    files = {f"pulumi/{name}": pulumi for name in ("pulumi", "pulumi-language-python")}
    return {CLI_FILE.format(SDK, machine): _packed(files) for machine in ("x64", "arm64")}


def _plugin() -> dict[str, bytes]:
    packed = _packed({"pulumi-resource-aws": b"official"})
    return {PLUGIN_FILE.format(PLUGIN, machine): packed for machine in ("amd64", "arm64")}


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A key, and a certificate for the site that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOSTS[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "site.key", folder / "site.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    certificate_file.write_bytes(certificate.public_bytes(encoding))
    return key_file, certificate_file
