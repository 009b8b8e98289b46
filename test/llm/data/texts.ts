/** Texts of many kinds, to hold token estimates against counts. */

const repeat = (make: (index: number) => string, times: number) =>
  Array.from({ length: times }, (_, index) => make(index)).join('');

/** Letters and digits in no order, the same every time. */
function scrambled(length: number, alphabet: string): string {
  let state = 42;
  return repeat(() => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet[Math.floor((state / 2_147_483_648) * alphabet.length)] ?? '';
  }, length);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const TEXTS: Readonly<Record<string, string>> = {
  English:
    'A task tree is posted once and then runs by itself. When a worker is lost in the middle of its work, another one takes over where the first had stopped, and nobody has to look after it. The results are kept for as long as you like; whoever asks for them tomorrow gets what was found today, with the reasons, the times and the costs. Most people never notice that anything went wrong.',
  'English, rare words':
    'Ophthalmologists hypothesised that phosphorescent dinoflagellates, unbeknownst to contemporaneous ichthyologists, metabolised trinitrotoluene; subsequent spectrophotometric reassessments irrefutably disproved such pseudoscientific extrapolations.',
  German:
    'Ein Baum von Aufgaben wird einmal abgeschickt und läuft dann von selbst. Geht mitten in der Arbeit ein Rechner verloren, übernimmt ein anderer an der Stelle, an der der erste aufgehört hat. Die Datenschutzgrundverordnung, Haftpflichtversicherungsbeiträge und Geschwindigkeitsbeschränkungen machen das Zählen nicht einfacher, aber größere Wörterbücher helfen.',
  French:
    "L'arbre des tâches n'est envoyé qu'une seule fois, puis il s'exécute de lui-même. Lorsqu'une machine disparaît au milieu de son travail, une autre reprend là où la première s'était arrêtée. Les résultats sont conservés aussi longtemps que nécessaire, avec leurs raisons, leurs durées et leurs coûts.",
  Spanish:
    'El árbol de tareas se envía una sola vez y después se ejecuta por sí mismo. Cuando una máquina se pierde en medio de su trabajo, otra continúa donde la primera se detuvo. Los resultados se guardan tanto tiempo como haga falta, con sus razones, sus tiempos y sus costes.',
  Finnish:
    'Tehtäväpuu lähetetään kerran ja se suoritetaan sen jälkeen itsestään. Kun kone katoaa kesken työnsä, toinen jatkaa siitä, mihin ensimmäinen jäi. Tulokset säilytetään niin kauan kuin tarvitaan, perusteluineen, aikoineen ja kustannuksineen.',
  Russian:
    'Дерево задач отправляется один раз, а затем выполняется само. Если машина пропадает посреди работы, другая продолжает с того места, где остановилась первая. Результаты хранятся столько, сколько нужно, вместе с причинами, временем и стоимостью.',
  Greek:
    'Το δέντρο των εργασιών αποστέλλεται μία φορά και μετά εκτελείται μόνο του. Όταν ένα μηχάνημα χαθεί στη μέση της δουλειάς του, ένα άλλο συνεχίζει από εκεί που σταμάτησε το πρώτο.',
  Arabic:
    'تُرسل شجرة المهام مرة واحدة ثم تعمل من تلقاء نفسها. عندما يضيع جهاز في منتصف عمله، يواصل جهاز آخر من حيث توقف الأول. تُحفظ النتائج ما دامت هناك حاجة إليها، مع أسبابها وأوقاتها وتكاليفها.',
  Hindi:
    'कार्यों का पेड़ एक बार भेजा जाता है और फिर अपने आप चलता है। जब कोई मशीन काम के बीच में खो जाती है, तो दूसरी वहीं से आगे बढ़ती है जहाँ पहली रुकी थी। परिणाम उतने समय तक रखे जाते हैं जितना ज़रूरी हो।',
  Chinese:
    '任务树只需提交一次，然后就会自行运行。当一台机器在工作中途丢失时，另一台会从第一台停下的地方继续。结果会保存到需要的时候，连同原因、时间和费用。大多数人根本不会注意到出了什么问题。',
  Japanese:
    'タスクの木は一度だけ送信され、その後は自分で実行されます。作業の途中で機械が失われると、別の機械が最初の機械が止まったところから続けます。結果は必要なだけ保存され、理由、時間、費用も一緒に残ります。',
  Korean:
    '작업 트리는 한 번만 제출되고 그 후에는 스스로 실행됩니다. 작업 도중에 기계가 사라지면 다른 기계가 첫 번째 기계가 멈춘 곳에서 계속합니다. 결과는 필요한 만큼 보관되며 이유와 시간과 비용도 함께 남습니다.',
  TypeScript: `export async function runContainer(access: EngineAccess, job: ContainerJob): Promise<ContainerResult> {
  const engine = await openEngine(access.address);
  const found = await findOrCreate(engine, access, job);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (found.isNew && attempt > 0) throw new AppError('task_transient', \`Attempt \${attempt} of \${job.name}\`);
  }
  return { ...found, exitCode: Number(found.status ?? -1) };
}
`,
  Python: `class Transport:
    """Where the server is, and how often a call is repeated."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_seconds: float) -> None:
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._timeout_seconds = timeout_seconds if timeout_seconds > 0 else None

    def exchange(self, path: str, *, body: Any = None) -> Response:
        with self._opener.open(self.url + path, timeout=self._timeout_seconds) as response:
            return Response(response.status, json.loads(response.read().decode("utf-8")))
`,
  'JSON, compact': repeat(
    (index) =>
      `{"id":"task-${index}","name":"Step ${index}","status":"completed","progress":1,"inputs":{"url":"https://example.com/page/${index}","timeout":30},"dependencies":["task-${index + 1}"]},`,
    8,
  ),
  'JSON, indented': JSON.stringify(
    {
      tree: {
        task: { id: 'a1', name: 'root', tags: ['x', 'y'], limits: { cpu: 0.5, memory: 268_435_456 } },
        children: [],
      },
    },
    null,
    2,
  ),
  HTML: '<div class="card card--wide" data-id="42"><h2 id="title">Results</h2><p style="margin:0 4px">See <a href="https://example.com/a?b=c&amp;d=e">the page</a>.</p><ul><li>One</li><li>Two</li></ul></div>',
  Markdown:
    '| name | count | share |\n|---|---:|---:|\n| inline | 1,204 | 61.3 % |\n| activity | 743 | 37.8 % |\n| wait | 18 | 0.9 % |\n\n## Notes\n\n- `inline` **never** waits\n- see [the page](docs/models.md)\n',
  Log: repeat(
    (index) =>
      `2026-11-28T16:37:${15 + index}.0396${index}Z INFO [worker-${index}] run=019a8f3e-7b2c-7d41-9c55-3f0e2b1a${4_000 + index} took=${index * 137}ms status=ok\n`,
    6,
  ),
  Numbers: repeat((index) => `${index * 7_919} ${(index * Math.PI).toFixed(4)} ${2 ** (index % 31)}\n`, 30),
  UUIDs: repeat((index) => `019a8f3e-7b2c-7d41-9c5${index}-3f0e2b1a4d${10 + index}\n`, 9),
  Base64: scrambled(1_200, `${LETTERS}0123456789+/`),
  Hexadecimal: scrambled(1_200, '0123456789abcdef'),
  'Letters in no order': scrambled(1_200, LETTERS.toLowerCase()),
  Emoji: repeat(() => '🎉 done 👩‍💻🚀🔥 ✅ 🤷🏽‍♀️ ok 🇩🇪 ', 10),
  Mathematics: '∀x∈ℝ: x² ≥ 0 ∧ ∑ᵢ₌₁ⁿ i = n(n+1)⁄2 → lim_{h→0} (f(x+h) − f(x))∕h = f′(x) ≠ ∞ ⇔ |x| ≤ √π',
  'A line of dashes': `${'-'.repeat(400)}\n${'='.repeat(200)}\n`,
  'Many blanks': `a${' '.repeat(300)}b\n\n\n\n\n\tc\t\t\td`,
};
