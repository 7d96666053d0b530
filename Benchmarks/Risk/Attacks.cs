using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>
/// Attacks on accounts that lived honestly before. The weights of the standard policy were set while looking at the tuning families only; recall is told of the
/// held-out ones.
/// </summary>
public static class Attacks
{
    /// <summary>Families that weights may be set on.</summary>
    public static IReadOnlyList<(string Name, Action<Scene> Play)> Tuning { get; } =
    [
        ("takeover", Takeover), ("poisoning", Poisoning), ("split-over-parties", SplitOverParties), ("tainted", Tainted), ("burst", Burst),
        ("slow-boil", SlowBoil), ("stolen-session", StolenSession), ("every-asset", EveryAsset),
        ("insider-at-night", InsiderAtNight), ("test-then-take", TestThenTake), ("new-telephone", NewTelephone),
    ];

    /// <summary>Families that weights were never set on.</summary>
    public static IReadOnlyList<(string Name, Action<Scene> Play)> HeldOut { get; } =
    [
        ("mule-collects", MuleCollects), ("power-given-away", PowerGivenAway), ("sleeper-passes-on", SleeperPassesOn),
        ("false-exchange", HeldOutAttacks.FalseExchange), ("layering", HeldOutAttacks.Layering), ("payout-key", HeldOutAttacks.PayoutKey),
        ("gift-cards", HeldOutAttacks.GiftCards), ("bridge-run", HeldOutAttacks.BridgeRun), ("weekend-sweep", HeldOutAttacks.WeekendSweep),
    ];

    /// <summary>An attack of a family.</summary>
    public static RiskSequence Of((string Name, Action<Scene> Play) family, int seed)
    {
        var scene = new Scene(seed);
        family.Play(scene);
        return scene.End(family.Name);
    }

    private static Actor Person(Scene scene) => scene.Next(0, 4) switch
    {
        0 => Lives.Employee(scene, scene.Next(30, 80)),
        1 => Lives.Family(scene, scene.Next(40, 100)),
        2 => Lives.Contracts(scene, scene.Next(30, 70)),
        _ => Lives.Merchant(scene, scene.Next(30, 70)),
    };

    /// <summary>The thief signs in on his own machine and takes most of what is there.</summary>
    private static void Takeover(Scene scene)
    {
        var actor = scene.Happens(0.2) ? Lives.Treasury(scene, 50) : Person(scene);
        scene.NextDay(0, 24);
        (actor.Device, actor.Network) = ("intruder", scene.Network());
        var (thief, pieces) = (scene.Unknown(), scene.Next(1, 4));
        for (var i = 0; i < pieces; i++, scene.Pass(scene.Between(0.02, 1)))
            scene.Pay(actor, true, Scene.Move(thief, actor.Balance * scene.Between(0.5, 0.95) / pieces));
    }

    /// <summary>An address that looks like a friend's is put into the history by a transfer of nothing; later it is copied.</summary>
    private static void Poisoning(Scene scene)
    {
        var actor = Lives.Family(scene, scene.Next(40, 90));
        var friend = scene.Known();
        for (var i = 0; i < 3; i++, scene.NextDay(9, 20)) scene.Pay(actor, false, Scene.Move(friend, scene.Around(300, 0.2)));
        var fake = scene.LookAlike(friend, scene.Next(3, 5), scene.Next(3, 6));
        if (scene.Happens(0.9)) scene.Receive(actor, true, Scene.Move(fake, scene.Happens(0.5) ? 0 : 0.01));
        scene.NextDay(9, 20, scene.Next(1, 5));
        scene.Pay(actor, true, Scene.Move(fake, scene.Around(300, 0.3)));
    }

    /// <summary>A sum that would be reported goes out in pieces that are not, to many at once.</summary>
    private static void SplitOverParties(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Employee(scene, 60) : Lives.Family(scene, 60);
        actor.Balance = scene.Between(6000, 15_000);
        scene.NextDay(8, 12);
        for (var i = scene.Next(5, 12); i > 0; i--, scene.Pass(scene.Between(0.2, 2)))
            scene.Pay(actor, true, Scene.Move(scene.Unknown(), scene.Between(500, 980)));
    }

    /// <summary>Money from, or to, somebody one or two transfers away from a listed party.</summary>
    private static void Tainted(Scene scene)
    {
        var actor = Person(scene);
        var party = scene.Unknown();
        scene.Facts(party, facts => facts with { Flow = new(scene.Next(0, 3), scene.Next(250, 950)) });
        scene.NextDay(8, 22);
        if (scene.Happens(0.5)) scene.Receive(actor, true, Scene.Move(party, scene.Around(2000, 0.8)));
        else scene.Pay(actor, true, Scene.Move(party, scene.Around(1000, 0.8)));
    }

    /// <summary>A stolen program key pays out as fast as it can.</summary>
    private static void Burst(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Payouts(scene, 20) : Person(scene);
        actor.Network = scene.Network();
        scene.NextDay(0, 24);
        var thieves = Enumerable.Range(0, scene.Next(1, 6)).Select(_ => scene.Unknown()).ToList();
        for (var i = scene.Next(30, 70); i > 0; i--, scene.Pass(scene.Between(0.002, 0.02)))
            scene.Pay(actor, true, Scene.Move(scene.One(thieves), scene.Around(90, 0.5)));
    }

    /// <summary>Many accounts send what is not reported to one address that is new to all.</summary>
    private static void MuleCollects(Scene scene)
    {
        var (mule, begin) = (scene.Unknown(), scene.Now.AddDays(120));
        for (var i = scene.Next(6, 13); i > 0; i--)
        {
            scene.Now = begin.AddDays(-90);
            var actor = scene.Happens(0.5) ? Lives.Newcomer(scene, 60) : Lives.Employee(scene, 60);
            scene.Now = begin.AddDays(i % 5);
            scene.NextDay(8, 20);
            scene.Pay(actor, true, Scene.Move(mule, scene.Between(400, 980)));
            if (scene.Happens(0.5)) scene.Pass(scene.Between(1, 4));
            else continue;
            scene.Pay(actor, true, Scene.Move(mule, scene.Between(400, 980)));
        }
    }

    /// <summary>A little more each day to the same new address, until it is a lot.</summary>
    private static void SlowBoil(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Employee(scene, 70) : Lives.Family(scene, 70);
        actor.Balance = 40_000;
        var (thief, step) = (scene.Unknown(), scene.Between(1.25, 1.6));
        for (var amount = scene.Between(40, 120); amount < 12_000; amount *= step)
        {
            scene.NextDay(17, 21);
            scene.Pay(actor, true, Scene.Move(thief, amount));
        }
    }

    /// <summary>A page asks for an allowance, an operator or a delegation, and takes everything later.</summary>
    private static void PowerGivenAway(Scene scene)
    {
        var actor = Person(scene);
        scene.NextDay(9, 23);
        EffectKind[] powers = [EffectKind.AllowanceAboveLeg, EffectKind.Permit, EffectKind.OperatorForAll, EffectKind.Delegation, EffectKind.AllowanceAboveLeg];
        var contract = scene.Happens(0.5) ? scene.Unknown() : scene.Contract(scene.Next(0, 420));
        scene.Pay(actor, true, Scene.Move(contract, actor.Balance * 10, kind: scene.One(powers)));
    }

    /// <summary>An account that slept for months gets money from somebody new and sends it on at once.</summary>
    private static void SleeperPassesOn(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Newcomer(scene, 60) : Lives.Family(scene, 30);
        scene.NextDay(8, 20, scene.Next(60, 200));
        if (scene.Happens(0.5)) (actor.Device, actor.Network) = ("other-phone", scene.Network());
        var sum = scene.Between(2500, 20_000);
        actor.Balance = sum * 1.1;
        scene.Receive(actor, false, Scene.Move(scene.Unknown(), sum));
        scene.Pass(scene.Between(0.2, 10));
        scene.Pay(actor, true, Scene.Move(scene.Unknown(), sum * scene.Between(0.8, 0.98)));
    }

    /// <summary>The known device, used from elsewhere, while its owner sleeps.</summary>
    private static void StolenSession(Scene scene)
    {
        var actor = Person(scene);
        actor.Network = scene.Network();
        scene.NextDay(1, 5);
        for (var (i, share) = (scene.Next(2, 5), scene.Between(0.5, 0.9)); i > 0; i--, scene.Pass(scene.Between(0.05, 0.5)))
            scene.Pay(actor, true, Scene.Move(scene.Unknown(), actor.Balance * share / 3));
    }

    /// <summary>Each asset by itself stays below what is reported; together they are all that there is.</summary>
    private static void EveryAsset(Scene scene)
    {
        var actor = Person(scene);
        if (scene.Happens(0.5)) actor.Device = "other-phone";
        actor.Balance = scene.Between(700, 1000);
        var thief = scene.Unknown();
        scene.NextDay(8, 24);
        if (scene.Happens(0.5))
            scene.Pay(actor, true, [.. Scene.Assets.Select(asset => Scene.Move(thief, actor.Balance * scene.Between(0.85, 0.99), asset))]);
        else
            foreach (var asset in Scene.Assets)
            {
                scene.Pay(actor, true, Scene.Move(thief, actor.Balance * scene.Between(0.85, 0.99), asset));
                scene.Pass(scene.Between(0.02, 0.2));
            }
    }

    /// <summary>Somebody with the right device and network pays himself when nobody watches.</summary>
    private static void InsiderAtNight(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Treasury(scene, 60) : Lives.Merchant(scene, 60);
        scene.NextDay(0, 4);
        var (own, pieces) = (new List<string> { scene.Unknown(), scene.Unknown() }, scene.Next(2, 4));
        for (var (i, share) = (0, scene.Between(0.6, 0.95)); i < pieces; i++, scene.Pass(scene.Between(0.1, 0.8)))
            scene.Pay(actor, true, Scene.Move(scene.One(own), actor.Balance * share / pieces));
    }

    /// <summary>On a machine of his own the thief tries with a little, waits, and takes nearly all.</summary>
    private static void TestThenTake(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Merchant(scene, 60) : Lives.Employee(scene, 60);
        (actor.Device, actor.Network) = ("intruder", scene.Network());
        var thief = scene.Unknown();
        scene.NextDay(6, 23);
        scene.Pay(actor, true, Scene.Move(thief, scene.Between(1, 10)));
        scene.Pass(scene.Between(5, 60));
        scene.Pay(actor, true, Scene.Move(thief, actor.Balance * scene.Between(0.7, 0.95)));
    }

    /// <summary>The number was taken over: another device on the usual network empties the account over two days.</summary>
    private static void NewTelephone(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Employee(scene, 60) : Lives.Family(scene, 60);
        actor.Device = "taken-over";
        var (thieves, pieces) = (new List<string> { scene.Unknown(), scene.Unknown() }, scene.Next(3, 6));
        scene.NextDay(9, 20);
        for (var i = 0; i < pieces; i++, scene.Pass(scene.Between(1, 10)))
            scene.Pay(actor, true, Scene.Move(scene.One(thieves), actor.Balance * 0.9 / pieces));
    }
}
