import { POLICY_GRID } from "../../engine/formats/policies";

/** How the policies of a recording are kept: each parameter a multiple of this. */
export const ROUNDED = `rounded to 1/${1 / POLICY_GRID}`;
