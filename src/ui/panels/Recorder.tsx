import { type JSX, useState } from "react";
import { download } from "../figures/download";

/** Trainers whose dumps lack what their batches hold, and that the recorder knows. */
const KNOWN = new Set(["verl", "trl"]);

interface Props {
	readonly formats: readonly { readonly id: string; readonly about: string }[];
}

/** What a trainer leaves out of its dumps, and the file that writes it; nothing for formats that the recorder does not know. */
export function Recorder({ formats }: Props): JSX.Element | null {
	const known = formats.find(({ id }) => KNOWN.has(id));
	return known ? <RecorderFile about={known.about} /> : null;
}

/** The recorder's text, to read and to save, and the converter that goes with it. */
export function RecorderFile({ about }: { readonly about: string }): JSX.Element {
	const [code, setCode] = useState("");
	const load = async () => setCode((await import("../../../python/ascribe_recorder.py?raw")).default);
	return (
		<details className="recorder" onToggle={(e) => (e.currentTarget.open && code === "" ? void load() : undefined)}>
			<summary>
				{about} Show the recorder{code ? ` (${code.trimEnd().split("\n").length} lines)` : ""}
			</summary>
			<p className="muted">
				Put it beside the training script and add the two lines that its head names for the trainer. What was saved
				before is converted with the other file beside it: <code>python3 ascribe_convert.py FILE.pt</code>
			</p>
			<textarea readOnly rows={12} spellCheck={false} wrap="off" aria-label="ascribe_recorder.py" value={code} />
			<p className="actions">
				<button type="button" disabled={code === ""} onClick={() => save("ascribe_recorder.py", code)}>
					Save ascribe_recorder.py
				</button>
				<button type="button" onClick={() => void saveConverter()}>
					Save ascribe_convert.py
				</button>
			</p>
		</details>
	);
}

const save = (name: string, code: string) => download(name, new TextEncoder().encode(code), "text/x-python");

async function saveConverter(): Promise<void> {
	save("ascribe_convert.py", (await import("../../../python/ascribe_convert.py?raw")).default);
}
