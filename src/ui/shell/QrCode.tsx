import type { JSX } from "react";
import { encode } from "uqr";

/** Modules of quiet ground around a code, as readers expect them (ISO/IEC 18004). */
const QUIET = 4;

/** A link as a QR code, black on white in either theme: many readers know no other. */
export default function QrCode({ text }: { readonly text: string }): JSX.Element {
	const { data, size } = encode(text, { ecc: "L", border: QUIET });
	return (
		<svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link">
			<path d={pathOf(data)} />
		</svg>
	);
}

/** The dark modules, one rectangle for each run in a row. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
	return rows
		.flatMap((row, y) =>
			row.flatMap((dark, x) => {
				if (!dark || row[x - 1]) return [];
				const end = row.indexOf(false, x);
				const length = (end < 0 ? row.length : end) - x;
				return [`M${x} ${y}h${length}v1h${-length}z`];
			}),
		)
		.join("");
}
