/** Numeric arrays that cross the bridge: raw frames or shared files, never JSON lists. */
export const ARRAY_TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

export type ArrayType = keyof typeof ARRAY_TYPES;

/** Row-major; `data.length` is the product of `shape`. */
export interface NumericArray {
  readonly dtype: ArrayType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

export type Arrays = Readonly<Record<string, NumericArray>>;

export const float64 = (values: ArrayLike<number>): NumericArray => vector('float64', Float64Array.from(values));
export const int32 = (values: ArrayLike<number>): NumericArray => vector('int32', Int32Array.from(values));

function vector(dtype: ArrayType, data: NumericArray['data']): NumericArray {
  return {dtype, shape: [data.length], data};
}
