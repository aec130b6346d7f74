/** A populated place, as GeoNames knows it. */
export interface City {
  /** Of GeoNames. */
  readonly id: number
  readonly name: string
  /** ISO 3166-1, two letters. */
  readonly country: string
  /** The first administrative division of the country, by its code there. */
  readonly admin: string
  readonly population: number
  readonly latitude: number
  readonly longitude: number
  /** Feature code of GeoNames: PPLC is a capital, PPL any populated place. */
  readonly feature: string
}

/** The columns of a city, in the order in which they are stored and sent. */
export const cityColumns = [
  'id',
  'name',
  'country',
  'admin',
  'population',
  'latitude',
  'longitude',
  'feature',
] as const satisfies readonly (keyof City)[]
