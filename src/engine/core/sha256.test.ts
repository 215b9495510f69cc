import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Sha256, sha256 } from "./sha256";

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

describe("SHA-256", () => {
	it.each([
		["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
		["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
		[
			"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		],
		["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
	])("of the vector published by NIST, %#", (text, digest) => {
		expect(sha256(ascii(text))).toBe(digest);
	});

	it("agrees with another implementation at every length around the block size, however the bytes are cut", () => {
		for (let length = 0; length <= 130; length++) {
			const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
			const digest = createHash("sha256").update(bytes).digest("hex");
			expect(sha256(bytes)).toBe(digest);
			const cut = length >> 1;
			expect(new Sha256().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).hex()).toBe(digest);
		}
	});
});
