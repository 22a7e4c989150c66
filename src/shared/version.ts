/** The version of this program; recordings of another one may differ. */
export const VERSION = '0.1.0'
