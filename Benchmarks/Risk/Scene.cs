using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>The stage of one sequence: its own chance, accounts, parties and facts. Amounts are in dollars; a reference amount is 1,000 of them.</summary>
public sealed class Scene(int seed)
{
    private static readonly UInt256 _cent = 10_000;

    private readonly Random _random = new(seed);
    private readonly List<RiskStep> _steps = [];
    private readonly Dictionary<string, PartyFacts> _parties = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ContractTrust> _contracts = new(StringComparer.Ordinal);
    private int _made;

    public static ChainId Chain { get; } = ChainId.Evm(1);

    /// <summary>Assets that the policy lists, all of six decimals and worth a dollar.</summary>
    public static ImmutableArray<AssetId> Assets { get; } =
        [.. Enumerable.Range(1, 6).Select(i => AssetId.Erc20(Chain, new($"0x{i:x40}")))];

    public static ImmutableArray<AssetReference> References { get; } = [.. Assets.Select(asset => new AssetReference(asset, AssetClass.Erc20, 1_000_000_000))];

    /// <summary>The time of the next step.</summary>
    public DateTime Now { get; set; } = new(2026, 1, 5, 9, 0, 0, DateTimeKind.Utc);

    public RiskSequence End(string family) => new(family, [.. _steps.OrderBy(step => step.At.UnixMs)]);

    public int Next(int from, int to) => _random.Next(from, to);

    public bool Happens(double share) => _random.NextDouble() < share;

    public T One<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    public double Between(double from, double to) => from + (_random.NextDouble() * (to - from));

    /// <summary>Log-normal around a median.</summary>
    public double Around(double median, double sigma)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return median * Math.Exp(sigma * normal);
    }

    public void Pass(double hours) => Now = Now.AddHours(hours);

    /// <summary>Some moment of the next day within these hours.</summary>
    public void NextDay(int fromHour, int toHour, int days = 1) => Now = Now.Date.AddDays(days).AddHours(Between(fromHour, toHour));

    public AccountId Account() => new(Number());

    public Bytes32 Network() => Number();

    /// <summary>An address that nobody has heard of.</summary>
    public string Unknown() => Address(Number());

    /// <summary>An address that others have paid for long, or lately.</summary>
    public string Known(int minDays = 100, int maxDays = 900, int maxSenders = 400)
    {
        var party = Unknown();
        var (senders, first) = (Next(1, maxSenders), At(Now.AddDays(-Next(minDays, maxDays))));
        var week = (uint)(senders * Between(20, 400));
        Facts(party, facts => facts with { Activity = new(first, week / (uint)Next(5, 10), week, senders) });
        if (Happens(0.03)) Facts(party, facts => facts with { Flow = new(Next(3, 9), Next(0, 150)) });
        return party;
    }

    /// <summary>Somebody that an honest account meets: half of them nobody else here has paid before.</summary>
    public string Met(int minDays = 100, int maxDays = 900, int maxSenders = 400) => Happens(0.5) ? Unknown() : Known(minDays, maxDays, maxSenders);

    /// <summary>An address that shares the first and last characters of another.</summary>
    public string LookAlike(string of, int head, int tail) => of[..(2 + head)] + Unknown()[(2 + head)..^tail] + of[^tail..];

    public string Contract(int trustPerMille)
    {
        var contract = Unknown();
        _contracts[contract] = new(Chain, new(contract), trustPerMille);
        return contract;
    }

    public void Facts(string party, Func<PartyFacts, PartyFacts> change) =>
        _parties[party] = change(_parties.GetValueOrDefault(party) ?? new(party, [], null, null, null, false));

    public static RiskMovement Move(string party, double dollars, AssetId? asset = null, EffectKind kind = EffectKind.TokenOut) =>
        new("leg", kind, Chain, asset ?? Assets[0], _cent * (ulong)(Math.Max(dollars, 0) * 100), party, DestinationScope.New, Tier.Hot);

    /// <summary>The account pays.</summary>
    public void Pay(Actor actor, bool isAttack, params ReadOnlySpan<RiskMovement> movements)
    {
        ImmutableArray<Amount> available = [.. Assets.Select(asset => new Amount(asset, _cent * (ulong)(actor.Balance * 100)))];
        Add(new(Id(), actor.Account, RiskDirection.Out, Numbered(movements), available, actor.Device, actor.Network), isAttack);
    }

    /// <summary>The account is paid.</summary>
    public void Receive(Actor actor, bool isAttack, params ReadOnlySpan<RiskMovement> movements) =>
        Add(new(Id(), actor.Account, RiskDirection.In, Numbered(movements), [], null, null), isAttack);

    private static Instant At(DateTime time) => new(new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeMilliseconds());

    private static string Address(Bytes32 number) => $"0x{number.ToString()[^40..]}";

    private static ImmutableArray<RiskMovement> Numbered(ReadOnlySpan<RiskMovement> movements)
    {
        var numbered = ImmutableArray.CreateBuilder<RiskMovement>(movements.Length);
        foreach (var movement in movements) numbered.Add(movement with { Leg = $"leg{numbered.Count}" });
        return numbered.MoveToImmutable();
    }

    private Guid Id() => new(_made++, 0, 0, new byte[8]);

    private Bytes32 Number()
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        _random.NextBytes(bytes);
        return Bytes32.From(bytes);
    }

    private void Add(RiskPayment payment, bool isAttack)
    {
        var parties = payment.Movements.Select(movement => movement.Party).Distinct();
        var context = new RiskContext(
            [.. parties.Where(_parties.ContainsKey).Select(party => _parties[party])],
            [],
            [.. parties.Where(_contracts.ContainsKey).Select(party => _contracts[party])],
            false);
        _steps.Add(new(At(Now), payment, context, isAttack));
    }
}

/// <summary>Who acts, and from where.</summary>
public sealed class Actor(AccountId account, Name device, Bytes32 network, double balance)
{
    public AccountId Account { get; } = account;

    public Name Device { get; set; } = device;

    public Bytes32 Network { get; set; } = network;

    /// <summary>In dollars, of each asset.</summary>
    public double Balance { get; set; } = balance;
}
