import { describe, expect, it } from "vitest";
import { sha256 } from "../core/sha256";
import { encodeUtf8 } from "../core/utf8";
import { applyChanges } from "./changes";
import goldens from "./goldenLinks.json";
import { decodeLink, type MadeOn } from "./link";
import type { LinkCurve } from "./linkCurve";
import type { LinkFile } from "./linkFile";
import { defaultsOf } from "./params";
import { parseSpec } from "./parseSpec";
import { findPreset, PRESETS } from "./presets";
import publishedDefaults from "./publishedDefaults.json";
import { openSpec, PARAM_TABLES, REGISTRIES } from "./registries";

/** Published presets by hash: links carry differences against them, so a change would silently change what old links mean. */
const PUBLISHED: Readonly<Record<string, string>> = {
	"keydoor@1": "75f4130547a9c37b125ad16025816d544a9b8a57f64b7ac7ebf94cd6b63b394b",
	"modchain@1": "475ec520ca462a167dddd825a13d55f5f7479d9e4c0a5966924e796cd78e374a",
	"keychain@1": "d39d3dff2b1e4e722e58a64821a712c6b5f3322ed03c9a064bb03cdb083f906d",
	"lake@1": "dc48b998b9cd51301826d8e588ae75bcc370c378eaf0e83aa06677a56514e51d",
	"kbhop@1": "0a968992e53f57e10aaf653eb4c40fefc805a72605c6d1d291889ec7b97e6786",
	"toolcalc@1": "3ba1f031bb288c807cdef2d0e6bee529935fee506c90536fdf61ed5114326bbd",
	"anytime@1": "f6ab84ddf05354fd714a039e541111a02997a5d1688bd8a749fd3706b31eb26f",
	"rank@1": "24e1c7b0930f61b4ddd8772570419404a944137c86ed2476bc5cec9c4fffb8b0",
	"rank@2": "514e489f7bfaff3022380dc21f8a4c65f7b45cbc9f9c1cdb5a7178421a7b8971",
	"strategy@1": "72f2c401faa7008cf5ff5a40c6e9fabeb0fd59ead2eb473ba4c209cb2a989140",
	"addcarry@1": "4aae00c2f63f87db81dbc3ab7f8270be0712de9f0babd0837e4ac6cb0eca9286",
	"countdown@1": "2a588c3744d8a216935d8c8a9d736f31b1101b2d8c89177e6fd4d1c2164f81e1",
	"star@1": "9dfd23774a702e125c819301c1167f6e6334f8757e6efb6438524fb195e70603",
	"box@1": "8f60b92b1098c09bd1d854de58c65ac9c40d409d5f64fe6f871808d36adf8686",
	"duet@1": "45fa4f68aeddfc94b161d961fde830742e63ea7a4499130bf5d23d8dcef4af3e",
	"preflog@1": "bf9975791c5dc30d8fa12fa4a8b7ff24d0b695640800f05422b26945bb02b790",
	"flow2d@1": "0eec08265615842790161e89510f8c0ab368f3922b7b976b5590b4eccda02675",
	"tempo@1": "e03b29477922ace64b25892b6b74d6ccbcab18617524f774c463be14772df296",
	"spoChain@1": "8f816678dce85a9c8c0815829a29cc19fa8eec42b10138d1d319b8a214afbc5a",
	"gigpo@1": "22cf0d53f645a827d6c3a0e03db12b44698cd6981a3e4570ecf84f81e103ade6",
	"pure@1": "cbed325360865c93c5f79e57cf7ec4cbd380d31cfdf827fe7ca220b5cbe4dff3",
	"hicra@1": "5f884ce2b92459f417e41794ec12de51fb4ff2f87d9fd367fadf2250b3280ba6",
	"attentionCredit@1": "6c0f5e63d9e362cc6fa721ec7259507606c338bea8ef3667a85bebe1549daa19",
	"gae@1": "8677f832e21abf06c973781831af1f13e15234c5fd6e86dea5cf3c5405bce60d",
	"spoTree@1": "a90a134b9114ad873c85ed11471af259a85f1cb6a0aac260cb752b71bb5587e6",
	"brpo@1": "ab1762b043926b36fe988ab2aac980965b4a7e9746b8d4d397ca56627e171acb",
};

/** Curves of the links below, read by hand: A is digit 0, f digit 31, _ digit 63. */
const CURVES: Readonly<Record<string, LinkCurve>> = {
	"120:AAf_": { lastStep: 120, success: [0, 0, 31 / 63, 1] },
	"1:_": { lastStep: 1, success: [1] },
};

/** What the runs of the links below were made on. */
const MADE_ON: Readonly<Record<string, MadeOn>> = {
	"3f1c9a02 nvidia ampere": { plan: "3f1c9a02", adapter: "nvidia ampere" },
	"0badcafe": { plan: "0badcafe", adapter: "" },
};

/** The files that the links below point into. */
const FILES: Readonly<Record<string, LinkFile>> = {
	"9e41aa07 step_30.jsonl": { hash: "9e41aa07", name: "step_30.jsonl" },
	"9e41aa07b1f4c2d3": { hash: "9e41aa07b1f4c2d3", name: "" },
	"0badcafe Läufe vom 3. Mai <b>.parquet": { hash: "0badcafe", name: "Läufe vom 3. Mai <b>.parquet" },
};

describe("links of version 1, written by another program", () => {
	it.each(goldens.map(({ link, payload }) => [JSON.stringify(payload).slice(0, 60), link, payload] as const))(
		"%s… opens as it was meant",
		(_, link, payload) => {
			const decoded = decodeLink(`#${link}`);
			if (!decoded.ok) throw new Error(decoded.message);
			const { p, c = {}, v = {}, b = "", f = [], x, s, d, n = "" } = payload as unknown as Record<string, never>;
			const madeOn = x === undefined ? {} : { madeOn: MADE_ON[x] };
			const curve = s === undefined ? {} : { curve: CURVES[s] };
			const file = d === undefined ? {} : { file: FILES[d] };
			expect(decoded.state).toEqual({
				preset: p,
				changes: c,
				view: v,
				build: b,
				fingerprints: f,
				...madeOn,
				note: n,
				...curve,
				...file,
			});
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

	it("stands in the list above", () => expect(Object.keys(PUBLISHED)).toEqual(PRESETS.map(({ id }) => id)));
});

/** Presets and links name what differs from a default, so a default that changed would change what they mean, too. */
describe.each(Object.entries(publishedDefaults))("published defaults of %s", (kind, published) => {
	it.each(Object.entries(published))("%s are what they were", (id, values) => {
		const entry = REGISTRIES[kind as keyof typeof REGISTRIES].find((candidate) => candidate.id === id);
		expect(entry && defaultsOf(entry.params)).toMatchObject(values);
	});
});
