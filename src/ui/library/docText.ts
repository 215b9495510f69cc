/** A docstring in parts. */
export interface DocText {
	/** First paragraph: one sentence. */
	readonly sentence: string;
	/** Paragraphs up to the first named part: equations and how it goes. */
	readonly body: readonly string[];
	/** Named parts, as in `**Edges** …`. */
	readonly parts: readonly { readonly name: string; readonly text: string }[];
}

const PART = /^\*\*(.+?)\*\*\s*/;

/** Splits a docstring at its blank lines and its bold names. Lines of a paragraph are joined. */
export function docText(docstring: string): DocText {
	const parts: { name: string; text: string }[] = [];
	const paragraphs: string[] = [];
	for (const block of docstring.split(/\n\s*\n/)) {
		const lines = block.split("\n").map((line) => line.trim());
		let into: "paragraph" | "part" = "paragraph";
		const paragraph: string[] = [];
		for (const line of lines) {
			const name = PART.exec(line);
			if (name) {
				into = "part";
				parts.push({ name: name[1] as string, text: line.slice(name[0].length) });
			} else if (into === "part") (parts.at(-1) as { text: string }).text += ` ${line}`;
			else paragraph.push(line);
		}
		if (paragraph.length > 0) paragraphs.push(paragraph.join(" "));
	}
	const [sentence = "", ...body] = paragraphs;
	return { sentence, body, parts };
}

/** Text and addresses in turn, so that addresses can be links. */
export function withLinks(text: string): readonly { readonly text: string; readonly url: string | null }[] {
	return text
		.split(/(https:\/\/[^\s;,)]*[^\s;,).])/)
		.filter((piece) => piece !== "")
		.map((piece) => ({ text: piece, url: piece.startsWith("https://") ? piece : null }));
}
