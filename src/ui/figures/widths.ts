/** Widths of a column and of a page in most journals, and of a slide. */
export const WIDTHS_MM = [84, 174, 254] as const;
