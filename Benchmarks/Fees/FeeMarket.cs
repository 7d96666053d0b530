using TPWallet.Domain.Fees;

namespace TPWallet.Benchmarks.Fees;

/// <summary>A block of the market. Wei per gas.</summary>
/// <param name="Charged">What it charged its cheapest transaction.</param>
/// <param name="Tips">Tips of its transactions, lowest first.</param>
internal sealed record MarketBlock(FeeBlock Charged, ulong[] Tips)
{
    /// <summary>What the oracle makes of eth_feeHistory: the 5th percentile of its tips, and nothing where there was room.</summary>
    public ulong Told => Charged.Tip.IsZero ? 0 : Tips[Tips.Length * 5 / 100];
}

/// <summary>
/// Blocks that a made-up demand fills: senders with a price of their own each come and go, mostly few, sometimes in a burst of several times as many (an auction, a
/// falling market) or of none. Blocks take who pays most, the base fee follows EIP-1559, who is not served stays in the pool for a while. Only the seed decides.
/// </summary>
internal sealed class FeeMarket(int seed)
{
    /// <summary>Transactions of one size that fill a block; half of it is EIP-1559's target.</summary>
    private const int Room = 200;

    private const int Target = Room / 2;

    /// <summary>Blocks that a transaction waits in the pool.</summary>
    private const int Patience = 30;

    private const double Gwei = 1e9;

    private readonly Random _random = new(seed);
    private readonly List<(double Cap, double Tip, int Until)> _pool = [];
    private double _baseFee = 20 * Gwei;
    private double _level = 20 * Gwei;
    private double _demand = 1;
    private int _phaseEnds;
    private int _height;

    /// <summary>Base fee of the block to come.</summary>
    public ulong NextBaseFee => (ulong)_baseFee;

    public MarketBlock Next()
    {
        _height++;
        if (_height >= _phaseEnds) ChangePhase();
        // What people think that a transaction is worth wanders.
        _level = Math.Clamp(_level * Math.Exp(0.01 * Normal()), 1 * Gwei, 500 * Gwei);
        var arrivals = (int)Math.Max(0, Target * _demand * (1 + (0.35 * Normal())));
        for (var i = 0; i < arrivals; i++)
            _pool.Add((_level * Math.Exp(0.7 * Normal()) * 1.6, 0.05 * Gwei * Math.Exp(1.2 * Normal()) * Math.Max(1, _demand), _height + Patience));
        _pool.RemoveAll(one => one.Until < _height);
        return Take();
    }

    private MarketBlock Take()
    {
        var offers = _pool.Select((one, i) => (Tip: Math.Min(one.Tip, one.Cap - _baseFee), i)).Where(one => one.Tip > 0).OrderByDescending(one => one.Tip).Take(Room).ToArray();
        var taken = offers.Select(one => one.i).ToHashSet();
        var least = offers.Length == Room ? offers[^1].Tip : 0;
        var block = new MarketBlock(new((ulong)_baseFee, (ulong)least), [.. offers.Select(one => (ulong)one.Tip).Order()]);
        var left = _pool.Where((_, i) => !taken.Contains(i)).ToArray();
        _pool.Clear();
        _pool.AddRange(left);
        _baseFee = Math.Max(1e7, _baseFee * (1 + ((offers.Length - Target) / (double)Target / 8)));
        return block;
    }

    /// <summary>Calm most of the time.</summary>
    private void ChangePhase()
    {
        var dice = _random.NextDouble();
        (_demand, var lasts) = dice switch
        {
            < 0.60 => (1.0, _random.Next(40, 200)),
            < 0.75 => (0.6, _random.Next(20, 100)),
            < 0.90 => (1.6, _random.Next(10, 60)),
            _ => (3.5, _random.Next(5, 25)),
        };
        _phaseEnds = _height + lasts;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
