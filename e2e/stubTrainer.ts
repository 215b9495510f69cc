import type { Page } from "@playwright/test";
import type { RunEvent } from "../src/engine/training/events";
import type { DeviceReport } from "../src/workers/trainerApi";

export interface Stub {
	readonly report: DeviceReport;
	/** What a run says, at once. */
	readonly events: readonly RunEvent[];
	/** The run as a file, for whoever saves it. */
	readonly file?: Uint8Array;
	/** What a run says that goes on from a file. */
	readonly resumed?: readonly RunEvent[];
}

/** A page that is isolated from other origins loads only workers that say they are, too. */
const ISOLATED = { "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "same-origin" };

/**
 * Puts a worker behind the page that answers as told, so that machines without a GPU, lost devices and bad numbers can be
 * met on purpose. It speaks comlink's wire format: `{id, type: "APPLY", path, argumentList}` is answered by
 * `{id, type: "RAW", value}`; a callback arrives as a MessagePort that takes the same.
 */
export async function stubTrainer(page: Page, stub: Stub): Promise<void> {
	const body = `const told = ${toScript(stub)}; (${serve.toString()})(told);`;
	await page.route(/trainer\.worker[^/]*\.js$/, (route) =>
		route.fulfill({ contentType: "text/javascript", headers: ISOLATED, body }),
	);
}

/** JavaScript source of plain data with typed arrays. */
function toScript(value: unknown): string {
	if (ArrayBuffer.isView(value)) return `new ${value.constructor.name}([${String(value)}])`;
	if (Array.isArray(value)) return `[${value.map(toScript).join(",")}]`;
	if (typeof value === "object" && value !== null)
		return `{${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${toScript(entry)}`)}}`;
	return value === undefined || typeof value === "number" ? String(value) : JSON.stringify(value);
}

function serve(told: Stub): void {
	const raw = (value: unknown) => ({ type: "RAW", value });
	const answers: Record<string, unknown> = { probe: told.report, exportRun: told.file };
	addEventListener("message", ({ data }) => {
		if (data?.type !== "APPLY") return;
		const [name] = data.path;
		if (name === "run") {
			const port = data.argumentList[2].value as MessagePort;
			port.start();
			const from = data.argumentList[3]?.value;
			const events = from ? told.resumed : told.events;
			port.postMessage({ id: "events", type: "APPLY", path: [], argumentList: [raw(events)] });
		}
		// A worker's postMessage has no target origin; the page's type of it asks for one.
		const reply = postMessage as (message: unknown) => void;
		reply({ id: data.id, ...raw(answers[name]) });
	});
}
