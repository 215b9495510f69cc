import { describe, expect, it } from "vitest";
import { sha256 } from "../core/sha256";
import { encodeUtf8 } from "../core/utf8";
import { applyChanges } from "./changes";
import goldens from "./goldenLinks.json";
import { decodeLink } from "./link";
import type { LinkCurve } from "./linkCurve";
import { parseSpec } from "./parseSpec";
import { findPreset } from "./presets";
import { openSpec, PARAM_TABLES } from "./registries";

/** Published presets by hash: links carry differences against them, so a change would silently change what old links mean. */
const PUBLISHED: Readonly<Record<string, string>> = {
	"keydoor@1": "75f4130547a9c37b125ad16025816d544a9b8a57f64b7ac7ebf94cd6b63b394b",
	"modchain@1": "475ec520ca462a167dddd825a13d55f5f7479d9e4c0a5966924e796cd78e374a",
};

/** Curves of the links below, read by hand: A is digit 0, f digit 31, _ digit 63. */
const CURVES: Readonly<Record<string, LinkCurve>> = {
	"120:AAf_": { lastStep: 120, success: [0, 0, 31 / 63, 1] },
	"1:_": { lastStep: 1, success: [1] },
};

describe("links of version 1, written by another program", () => {
	it.each(goldens.map(({ link, payload }) => [JSON.stringify(payload).slice(0, 60), link, payload] as const))(
		"%s… opens as it was meant",
		(_, link, payload) => {
			const decoded = decodeLink(`#${link}`);
			if (!decoded.ok) throw new Error(decoded.message);
			const { p, c = {}, v = {}, b = "", f = [], s, n = "" } = payload as unknown as Record<string, never>;
			const curve = s === undefined ? {} : { curve: CURVES[s] };
			expect(decoded.state).toEqual({ preset: p, changes: c, view: v, build: b, fingerprints: f, note: n, ...curve });
			expect(decoded.notices).toEqual([]);
			const { spec, notices } = applyChanges(findPreset(p).spec, c, PARAM_TABLES);
			expect(notices).toEqual([]);
			expect(openSpec(parseSpec(spec)).spec.task.id).toBe(String(p).split("@")[0]);
		},
	);
});

describe("a published preset", () => {
	it.each(Object.entries(PUBLISHED))("%s is what it was", (id, hash) => {
		expect(sha256(encodeUtf8(JSON.stringify(findPreset(id).spec)))).toBe(hash);
	});
});
