namespace TPWallet.Chains.Bitcoin;

/// <summary>A fee rate in satoshis per 1000 virtual bytes, as Bitcoin Core counts it.</summary>
public readonly record struct FeeRate(long SatPerKvb) : IComparable<FeeRate>
{
    private const int Kilo = 1000;

    /// <summary>The rate at which Bitcoin Core asks whether an output is worth spending.</summary>
    public static FeeRate DustRelay => new(3000);

    /// <summary>What a replacement must add for its own size at least (BIP-125, rule 4; Bitcoin Core's default).</summary>
    public static FeeRate Incremental => new(1000);

    public static FeeRate FromSatPerVbyte(long satPerVbyte) => new(checked(satPerVbyte * Kilo));

    public static bool operator <(FeeRate left, FeeRate right) => left.SatPerKvb < right.SatPerKvb;

    public static bool operator >(FeeRate left, FeeRate right) => left.SatPerKvb > right.SatPerKvb;

    public static bool operator <=(FeeRate left, FeeRate right) => left.SatPerKvb <= right.SatPerKvb;

    public static bool operator >=(FeeRate left, FeeRate right) => left.SatPerKvb >= right.SatPerKvb;

    /// <summary>The fee of so many virtual bytes, rounded up, so that the rate is never missed.</summary>
    public long FeeSat(long virtualBytes) => checked((virtualBytes * SatPerKvb) + Kilo - 1) / Kilo;

    /// <summary>The fee of so many weight units, rounded up to whole virtual bytes first.</summary>
    public long FeeOfWeightSat(long weight) => FeeSat(TransactionSize.VirtualBytes(weight));

    public int CompareTo(FeeRate other) => SatPerKvb.CompareTo(other.SatPerKvb);

    public override string ToString() => $"{SatPerKvb} sat/kvB";
}
