import process from "node:process";
import { deflateSync, strToU8 } from "fflate";
import { Rng } from "../src/engine/core/rng";
import goldens from "../src/engine/spec/goldenLinks.json";
import { decodeLink } from "../src/engine/spec/link";

// Decoding survives whatever it is given: random text, real links and links that unpack to as much as 32 MiB, with bytes changed, cut,
// doubled. Never a throw, never slow.

const CASES = Number(process.argv[2] ?? 1_000_000);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const rng = Rng.of(20);
const below = (n: number) => Math.floor(rng.uniform() * n);
const letter = () => ALPHABET[below(64)] as string;

function randomLink(): string {
	return `${below(3)}${"zjx"[below(3)]}${Array.from({ length: below(200) }, letter).join("")}`;
}

/** Notes of 64 KiB to 32 MiB that pack well. */
const BOMBS = Array.from({ length: 10 }, (_, k) => {
	const bytes = deflateSync(strToU8(`{"p":"keydoor@1","n":"${"a".repeat(2 ** (16 + k))}"}`), { level: 9 });
	return `1z${Buffer.from(bytes).toString("base64url")}`;
});
/** One link in so many is one of them: they are large, and most time would go into changing them. */
const BOMB_EVERY = 500;

function mutatedLink(original: string): string {
	let text = original;
	for (let k = 1 + below(4); k > 0; k--) {
		const at = below(text.length);
		const kind = below(4);
		if (kind === 0) text = text.slice(0, at) + letter() + text.slice(at + 1);
		else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + below(8));
		else if (kind === 2) text = text.slice(0, at) + text.slice(at, at + below(40)) + text.slice(at);
		else text = text.slice(0, at);
	}
	return text;
}

// The inflater is compiled by then: what counts is the link, not which of a million was the first.
for (const bomb of BOMBS) decodeLink(bomb);
let slowest = 0;
let opened = 0;
for (let i = 0; i < CASES; i++) {
	const known = i % BOMB_EVERY === 0 ? BOMBS[below(BOMBS.length)]! : goldens[below(goldens.length)]!.link;
	const link = i % 2 === 0 ? mutatedLink(known) : randomLink();
	// Time of this process, not of the clock: other programs have their turns.
	const start = process.cpuUsage();
	if (decodeLink(link).ok) opened += 1;
	const { user, system } = process.cpuUsage(start);
	slowest = Math.max(slowest, (user + system) / 1000);
}
process.stdout.write(
	`${CASES} links, ${opened} of them still meant something, none threw, the slowest took ${slowest.toFixed(1)} ms\n`,
);
process.exit(slowest <= 50 ? 0 : 1);
