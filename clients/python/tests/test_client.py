"""Against a running server: TASKGROVE_URL. Run by the server's own tests."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
import unittest
import uuid
from pathlib import Path

from taskgrove_client import Client, RpcError, UnreachableError

URL = os.environ["TASKGROVE_URL"]
README = Path(__file__).parent.parent / "README.md"


def tree(name):
    root = f"{name}-{uuid.uuid4()}"
    return [
        {"id": root, "name": "root", "schemas": {"method": "aggregate_results_executor"}, "dependencies": [f"{root}-cpu"]},
        {
            "id": f"{root}-cpu",
            "name": "cpu",
            "parent_id": root,
            "schemas": {"method": "system_info_executor"},
            "inputs": {"resource": "cpu"},
        },
    ]


class AgainstTheServer(unittest.TestCase):
    def setUp(self):
        self.client = Client(URL)

    def test_a_tree_runs_and_is_read_back(self):
        tasks = tree("runs")
        answer = self.client.tasks.execute(tasks=tasks)
        self.assertEqual((answer["success"], answer["tree_status"]), (True, "completed"))
        self.assertEqual(self.client.tasks.get(task_id=tasks[1]["id"])["status"], "completed")
        self.assertEqual(len(self.client.tasks.children(parent_id=tasks[0]["id"])), 1)
        [run] = self.client.runs.list(task_id=tasks[0]["id"])
        self.assertEqual(run["run_id"], answer["run_id"])

    def test_create_takes_a_list(self):
        tasks = tree("created")
        self.client.tasks.create(tasks)
        self.assertEqual(self.client.tasks.get({"task_id": tasks[0]["id"]})["status"], "pending")

    def test_a_stream_ends_with_stream_end_and_every_event_can_be_resumed_behind(self):
        events = list(self.client.stream(tasks=tree("streamed")))
        types = [event.type for event in events]
        self.assertEqual((types[0], types[-1]), ("started", "stream_end"))
        self.assertIn("task_completed", types)
        middle = next(event for event in events if event.type == "task_start")
        rest = list(self.client.events(events[0].data["run_id"], last_event_id=middle.id))
        stored = [event.id for event in events if event.id is not None]
        self.assertEqual([event.id for event in rest], stored[stored.index(middle.id) + 1 :])

    def test_a_generated_tree_shows_itself_as_it_grows(self):
        events = list(self.client.stream_generate(requirement="Check CPU and memory, then summarize both"))
        *planned, answer = events
        self.assertEqual((planned[0].type, answer.type), ("plan_start", "answer"))
        grown = [len(event.data["tasks"]) for event in planned]
        self.assertEqual(grown, list(range(len(planned))))
        self.assertEqual([task["name"] for task in planned[-1].data["tasks"]], [task["name"] for task in answer.data["tasks"]])
        with self.assertRaises(RpcError):
            list(self.client.stream_generate(requirement=" "))

    def test_a_refusal_says_all_the_server_said(self):
        with self.assertRaises(RpcError) as caught:
            self.client.tasks.update(task_id="nobody", name="x")
        self.assertEqual(caught.exception.meta["code"], "not_found")
        self.assertIn("nobody", str(caught.exception))

    def test_the_same_key_is_the_same_call(self):
        key = str(uuid.uuid4())
        tasks = tree("once")
        first = self.client.call("tasks.create", tasks, idempotency_key=key)
        self.assertEqual(self.client.call("tasks.create", tasks, idempotency_key=key), first)

    def test_system_methods_have_their_own_endpoint(self):
        self.assertEqual(self.client.system.health()["status"], "healthy")
        self.assertEqual(self.client.get("/api/quota/status")["is_premium"], False)

    def test_what_the_readme_shows_runs(self):
        blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
        self.assertEqual(len(blocks), 4)
        suffix = str(uuid.uuid4())
        code = "\n".join(blocks).replace("http://127.0.0.1:8000", URL).replace('"report"', f'"{suffix}"')
        code = code.replace('"cpu"]', f'"{suffix}-cpu"]').replace('"id": "cpu"', f'"id": "{suffix}-cpu"')
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("completed Aggregated 1 task result", ran.stdout)
        self.assertIn("stream_end", ran.stdout)
        self.assertIn("not_found 404", ran.stdout)
        self.assertRegex(ran.stdout, r"plan_task \[[\s\S]*planned [3-9] tasks")


class Scripted(http.server.BaseHTTPRequestHandler):
    """Answers what the test has put into `server.answers`, one a request: (status, headers, body)."""

    def _answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.seen.append((self.path, dict(self.headers), self.rfile.read(length)))
        status, headers, body = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())
        self.close_connection = True

    do_GET = do_POST = _answer

    def log_message(self, *_):
        pass


def sse(*events):
    lines = [(f"id: {event_id}\n" if event_id else "") + f"data: {json.dumps(data)}\n\n" for event_id, data in events]
    return (200, {"Content-Type": "text/event-stream"}, "".join(lines))


class AgainstABadServer(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
        self.server.answers, self.server.seen = [], []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.client = Client(f"http://127.0.0.1:{self.server.server_port}", api_key="k", llm_key="openai:x")

    def test_later_is_tried_again_with_the_same_key(self):
        error = json.dumps({"error": {"code": -32010, "message": "later"}})
        self.server.answers = [(503, {"Retry-After": "0"}, error), (200, {}, json.dumps({"result": []}))]
        self.assertEqual(self.client.tasks.create([{"name": "a"}]), [])
        keys = [headers["Idempotency-Key"] for _, headers, _ in self.server.seen]
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0], keys[1])
        self.assertEqual(self.server.seen[0][1]["X-Llm-Api-Key"], "openai:x")

    def test_nobody_waits_for_tomorrow(self):
        error = json.dumps({"error": {"code": -32001, "message": "Daily quota", "meta": {"code": "quota_exceeded"}}})
        self.server.answers = [(429, {"Retry-After": "40000"}, error)]
        with self.assertRaises(RpcError) as caught:
            self.client.tasks.execute(task_id="a")
        self.assertEqual(caught.exception.retry_after_seconds, 40000)
        self.assertEqual(len(self.server.seen), 1)

    def test_a_cut_stream_goes_on_behind_the_last_event(self):
        done = ("r:2", {"type": "task_completed", "status": "completed"})
        end = [("r:3", {"type": "final"}), ("r:3", {"type": "stream_end"})]
        self.server.answers = [
            sse((None, {"jsonrpc": "2.0", "result": {"run_id": "r"}}), ("r:1", {"type": "task_start"})),
            sse(done, *end),
        ]
        types = [event.type for event in self.client.stream(task_id="a")]
        self.assertEqual(types, ["started", "task_start", "task_completed", "final", "stream_end"])
        path, headers, _ = self.server.seen[1]
        self.assertEqual((path, headers["Last-Event-Id"]), ("/runs/r/events", "r:1"))

    def test_a_generation_that_is_planned_anew_and_one_that_breaks_off(self):
        start, repair = {"type": "plan_start", "attempt": 0}, {"type": "plan_repair", "attempt": 0, "problems": ["no root"]}
        task = {"type": "plan_task", "attempt": 0, "task": {"name": "a"}}
        answer = {"jsonrpc": "2.0", "id": 1, "result": {"count": 1}}
        told = [start, task, {"type": "new"}, task, repair, task, answer, {"type": "stream_end"}]
        self.server.answers = [sse(*((None, data) for data in told)), sse((None, start))]
        events = list(self.client.stream_generate(requirement="x"))
        sizes = [len(event.data["tasks"]) for event in events[:-1]]
        self.assertEqual((sizes, events[-1].data), ([0, 1, 2, 0, 1], {"count": 1}))
        with self.assertRaises(UnreachableError):
            list(self.client.stream_generate(requirement="x"))
        failed = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32010, "message": "Task failed"}}
        self.server.answers = [sse((None, start), (None, failed))]
        with self.assertRaises(RpcError):
            list(self.client.stream_generate(requirement="x"))

    def test_a_redirect_is_not_followed_with_our_key(self):
        self.server.answers = [(302, {"Location": "http://127.0.0.1:1/"}, "")]
        with self.assertRaises(RpcError) as caught:
            self.client.tasks.execute(task_id="a")
        self.assertEqual(caught.exception.http_status, 302)

    def test_nobody_there(self):
        self.server.shutdown()
        self.server.server_close()
        with self.assertRaises(UnreachableError):
            Client(self.client.url, retries=0).tasks.count()


if __name__ == "__main__":
    unittest.main(verbosity=2)
