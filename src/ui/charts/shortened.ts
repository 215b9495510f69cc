/** A text of at most `letters` characters, the last of a longer one being an ellipsis; nothing where not even one of its own would stand before it. */
export function shortened(text: string, letters: number): string {
	if (text.length <= letters) return text;
	return letters < 2 ? "" : `${text.slice(0, letters - 1)}\u2026`;
}
