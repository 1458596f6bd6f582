"""The development loop: ``manage.py run_reflex``.

Three kinds of processes share the work. The command itself (``loop``) keeps the port, Vite
(``vite``) and a child that serves (``child``), and starts another child when a file was saved.
Children are forked from a process that has imported Django and Reflex (``process``), and take
connections from the one listening socket, so that a browser waits during a reload instead of being
refused. A child compiles the pages into the folder that Vite watches, and hands Vite's share of the
requests on to it (``site``, ``pages``). Nothing here is imported where a site is served for real.
"""
