namespace TPWallet.Domain.Lanes.Coins;

/// <summary>Names of what only a lane of coins owes; the others are those of <see cref="LaneIntent"/>. They make command ids: never change them.</summary>
internal static class CoinIntent
{
    internal const string Gift = "gift";
    internal const string Market = "market";
    internal const string Select = "select";
}
