"""A real nginx in front of a server, with a configuration and a certificate of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.e2e.servers import free_port

EXECUTABLE = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/bin")
needs_nginx = pytest.mark.skipif(
    EXECUTABLE is None, reason="nginx is not installed: apt-get install nginx"
)
HOST = "shop.example"

MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
  {http}
  server {{
    listen 127.0.0.1:{port} {tls};
    server_name {host};
    client_max_body_size 30m;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1;
      proxy_set_header Host $proxy_host;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      {location}
    }}
  }}
}}
"""


@contextmanager
def nginx(
    folder: Path, behind: int, *, tls: bool = False, http: str = "", location: str = ""
) -> Iterator[int]:
    """Run nginx in front of the server on port ``behind``; give its own port.

    ``http`` and ``location`` are further lines of its configuration.
    """
    port = free_port()
    if tls:
        certificate = folder / "certificate.pem"
        trustme.CA().issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(certificate))
        http += f"ssl_certificate {certificate}; ssl_certificate_key {certificate};"
    (folder / "nginx.conf").write_text(
        MAIN.format(
            # A master that is root would have workers that cannot write into the test's folder.
            user="user root;" if os.geteuid() == 0 else "",
            folder=folder,
            port=port,
            behind=behind,
            tls="ssl" if tls else "",
            host=HOST,
            http=http.format(folder=folder),
            location=location,
        )
    )
    command = [str(EXECUTABLE), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen([*command, "-e", str(folder / "start.log")], stderr=log)
    try:
        wait_until_it_listens(process, port, folder / "nginx.log")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
