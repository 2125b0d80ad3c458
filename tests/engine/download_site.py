"""Pulumi's download site on loopback, behind an HTTPS proxy as many a company's: it serves an installer in Python."""

import socketserver
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.engine.machine import PLUGIN, PULUMI

HOST = "get.pulumi.com"
SDK = metadata.version("pulumi")

INSTALLER = """\
import pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--install-root") + 1], "bin")
folder.mkdir(parents=True)
for name in ("pulumi", "pulumi-language-python"):
    (folder / name).write_text({pulumi!r})
    (folder / name).chmod(0o755)
"""


@contextmanager
def download_site(folder: Path, *, version: str = SDK) -> Iterator[dict[str, str]]:
    """The variables that lead there. Its installer leaves a CLI of the given version."""
    key, certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    python = f"#!{sys.executable}\n"
    pulumi = python + PULUMI.format(version=f"v{version}", plugin=PLUGIN)
    pages = {"/latest-version": version, "/install.sh": python + INSTALLER.format(pulumi=pulumi)}

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                if not line.strip():
                    break
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            with context.wrap_socket(self.connection, server_side=True) as tls:
                page = pages[tls.recv(65536).split()[1].decode()].encode()
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"HTTPS_PROXY": f"http://127.0.0.1:{server.server_address[1]}", "SSL_CERT_FILE": str(certificate)}
        server.shutdown()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A key, and a certificate for the site that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "site.key", folder / "site.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    certificate_file.write_bytes(certificate.public_bytes(encoding))
    return key_file, certificate_file
