import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { recordCommand } from "./record";

const folder = mkdtempSync(join(tmpdir(), "ascribe-record-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "file"), "");

// Whatever trained first would outlast the time of a test.
it.each([
	[[], /needs --out/],
	[["--out", "file/a.recording"], /file\/a\.recording cannot be written: a file is in the way/],
	[["--out", "."], /\. cannot be written: it is a folder/],
	[["--out", "a.recording", "--methods", "grpo,nope"], /no method "nope"/],
	[["--out", "a.recording", "--frames", "1"], /--frames is "1"/],
])("refuses a wrong call before it trains: %s", async (more, sentence) => {
	const io = captureIo(folder);
	expect(await runCli([recordCommand], ["record", "keydoor", ...more], io)).toBe(EXIT.wrongCall);
	expect(io.stderr()).toMatch(sentence);
});
