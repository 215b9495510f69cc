import build from "virtual:build";

/** The build of this page, as links carry it. */
export const BUILD: string = build;

/** Says that a link was made by another build than this; empty when it was not, or does not tell. It changes nothing else. */
export const otherBuild = (theirs: string | undefined, ours = BUILD): string =>
	!theirs || theirs === ours ? "" : `The link was made by another build, ${theirs}; this one is ${ours}.`;
