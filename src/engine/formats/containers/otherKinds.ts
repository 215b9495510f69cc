import { strFromU8 } from "fflate";
import { InvalidInput } from "../../core/errors";

/** How files begin that hold no rollouts as they are, and what they are; bytes as Latin-1 characters. */
const KINDS: readonly (readonly [start: RegExp, what: string])[] = [
	[
		/^(\xff\xfe|\xfe\xff)/,
		'is saved as UTF-16, as by ">" in Windows PowerShell; save it as UTF-8 (there with | Out-File -Encoding utf8).',
	],
	// How the tables begin that we write for spreadsheets, of rollouts and of credit.
	[
		/^(\xef\xbb\xbf)?id,group,(step|method),position,/,
		"is the CSV that Ascribe writes for spreadsheets, which does not hold all of a rollout; open the JSONL or the Parquet file instead, or the dump that it came from.",
	],
	[/^\x28\xb5\x2f\xfd/, "is compressed by zstd; unpack it first (zstd -d)."],
	[/^BZh\d/, "is compressed by bzip2; unpack it first (bunzip2)."],
	[/^\xfd7zXZ\0/, "is compressed by xz; unpack it first (unxz)."],
	[/^7z\xbc\xaf/, "is a 7z archive; unpack it first."],
	[/^.{257}ustar/s, "is a tar archive; unpack it first, and open the folder."],
	[/^(ARROW1|FEA1|\xff\xff\xff\xff)/, "is an Arrow file; save it as Parquet, in pandas with to_parquet."],
	[
		/^SQLite format 3\0/,
		"is an SQLite database; export its rows as JSONL or Parquet (Trackio writes its traces as Parquet beside it).",
	],
	[/^\x93NUMPY/, "is an array of NumPy; write rollouts as JSONL or Parquet."],
	[/^\x89PNG|^\xff\xd8\xff|^GIF8/, "is a picture, which holds no rollouts."],
	[/^%PDF/, "is a PDF, which holds no rollouts."],
	[/^.{4}\0{4}\{"/s, "holds weights of a model (safetensors), not rollouts."],
	[
		/^version https:\/\/git-lfs/,
		"is a pointer of Git LFS, not the file that it stands for: git lfs pull brings that one.",
	],
	[
		/^\s*<(!doctype|html|\?xml)/i,
		"is a web page, not a file of rollouts: what was downloaded may be a page to sign in, or an error.",
	],
	[/^\0+$/, "holds nothing but zeros: whoever wrote it was stopped, or the disk was full."],
];

/** Bytes from the start that tell them. */
export const KIND_BYTES = 512;

/**
 * Refuses files of a kind that is known to be none of ours.
 * @throws InvalidInput that says what it is and what to open instead.
 */
export function refuseOthers(head: Uint8Array, name: string): void {
	const start = strFromU8(head, true);
	const found = KINDS.find(([begins]) => begins.test(start));
	if (found) throw new InvalidInput(`${name} ${found[1]}`);
}
