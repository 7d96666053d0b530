using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>
/// Honest accounts of several kinds, with what honest people do that looks odd: a new telephone, a journey, a great purchase, a new supplier, a busy day, a
/// month of growth, dust in the inbox.
/// </summary>
public static class Lives
{
    private static readonly (string Name, Func<Scene, int, Actor> Live)[] All =
    [
        ("employee", Employee), ("treasury", Treasury), ("trader", Trader), ("merchant", Merchant), ("contracts", Contracts), ("newcomer", Newcomer),
        ("family", Family), ("payouts", Payouts),
    ];

    /// <summary>An honest sequence.</summary>
    public static RiskSequence Honest(int seed)
    {
        var scene = new Scene(seed);
        var (name, live) = All[(int)((uint)seed % (uint)All.Length)];
        live(scene, scene.Next(30, 120));
        return scene.End(name);
    }

    public static Actor Employee(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(3000, 15_000));
        var (home, roaming, shops) = (actor.Network, Many(scene.Network, 5), Many(() => scene.Known(), 10));
        var (landlord, employer) = (scene.Known(), scene.Known());
        var (journey, phone, purchase) = (scene.Next(10, 200), scene.Next(5, 240), scene.Next(10, 120));
        var journeyNetwork = scene.Network();
        for (var day = 0; day < days; day++)
        {
            scene.NextDay(7, 22);
            if (scene.Happens(0.02)) scene.NextDay(0, 6, 0);
            if (day == phone) actor.Device = "new-phone";
            actor.Network = day >= journey && day < journey + 7 ? journeyNetwork : scene.Happens(0.8) ? home : scene.One(roaming);
            if (day % 30 == 3) scene.Receive(actor, false, Scene.Move(employer, scene.Around(3000, 0.05)));
            if (day % 30 == 5) scene.Pay(actor, false, Scene.Move(landlord, 1200));
            if (day == purchase) scene.Pay(actor, false, Scene.Move(scene.Met(), scene.Between(400, 2500)));
            for (var i = scene.Next(0, 3); i > 0; i--, scene.Pass(scene.Between(0.2, 2)))
                scene.Pay(actor, false, Scene.Move(Shop(scene, shops), scene.Around(60, 0.8)));
            if (scene.Happens(0.01)) scene.Receive(actor, false, Scene.Move(scene.Unknown(), 0));
        }

        return actor;
    }

    public static Actor Treasury(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(200_000, 2_000_000));
        var (staff, suppliers, desks) = (Many(() => scene.Known(), scene.Next(8, 40)), Many(() => scene.Known(), 25), Many(scene.Network, 3));
        for (var day = 0; day < days; day++)
        {
            scene.NextDay(8, 12);
            if (scene.Now.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) continue;
            actor.Network = scene.One(desks);
            if (day % 14 == 9)
            {
                if (scene.Happens(0.3)) staff.Add(scene.Known());
                scene.Pay(actor, false, [.. staff.Select(person => Scene.Move(person, scene.Around(2500, 0.2)) with { Scope = DestinationScope.Allowed })]);
            }

            for (var i = scene.Next(0, 4); i > 0; i--, scene.Pass(scene.Between(0.3, 2)))
            {
                if (scene.Happens(0.04)) suppliers.Add(scene.Met());
                scene.Pay(actor, false, Scene.Move(scene.Happens(0.04) ? suppliers[^1] : scene.One(suppliers), scene.Around(3000, 1.0)));
            }

            if (scene.Happens(0.3)) scene.Receive(actor, false, Scene.Move(scene.Known(), scene.Around(20_000, 0.8)));
        }

        return actor;
    }

    public static Actor Trader(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(20_000, 300_000));
        var exchanges = Many(() => scene.Known(maxSenders: 5000), 4);
        for (var day = 0; day < Math.Min(days, 45); day++)
        {
            scene.NextDay(6, 10);
            var busy = scene.Happens(0.05) ? 3 : 1;
            for (var i = scene.Next(2, 9) * busy; i > 0; i--, scene.Pass(scene.Between(0.1, 1.5)))
            {
                if (scene.Happens(0.4)) scene.Receive(actor, false, Scene.Move(scene.One(exchanges), scene.Around(2000, 1.2)));
                else scene.Pay(actor, false, Scene.Move(scene.One(exchanges), Math.Min(scene.Around(2000, 1.2), actor.Balance * 0.8), scene.One(Scene.Assets.AsSpan(0, 3).ToArray())));
            }
        }

        return actor;
    }

    public static Actor Merchant(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(5000, 50_000));
        var (bank, size) = (scene.Known(), scene.Between(800, 6000));
        for (var day = 0; day < days; day++, size *= 1.004)
        {
            scene.NextDay(6, 18);
            var season = day % 60 > 54 ? 2.5 : 1;
            for (var i = 0; i < 3; i++) scene.Receive(actor, false, Scene.Move(scene.Known(maxSenders: 3), scene.Around(size * season / 3, 0.5)));
            scene.NextDay(20, 22, 0);
            scene.Pay(actor, false, Scene.Move(bank, scene.Around(size * season, 0.35)));
            if (day % 10 == 7) scene.Pay(actor, false, Scene.Move(scene.Met(), scene.Around(size / 4, 0.6)));
        }

        return actor;
    }

    public static Actor Contracts(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(5000, 60_000));
        var (contracts, friends) = (Many(() => scene.Contract(scene.Next(720, 980)), 6), Many(() => scene.Known(), 3));
        for (var day = 0; day < days; day++)
        {
            scene.NextDay(10, 23);
            for (var i = scene.Next(0, 4); i > 0; i--, scene.Pass(scene.Between(0.1, 0.8)))
            {
                if (scene.Happens(0.05)) contracts.Add(scene.Contract(scene.Next(500, 950)));
                var (contract, asset) = (scene.One(contracts), scene.One(Scene.Assets));
                if (scene.Happens(0.1)) scene.Pay(actor, false, Scene.Move(contract, scene.Around(500, 1.0), asset, EffectKind.AllowanceAboveLeg));
                scene.Pay(actor, false, Scene.Move(contract, Math.Min(scene.Around(500, 1.0), actor.Balance * 0.7), asset, EffectKind.ContractCall));
            }

            if (scene.Happens(0.1)) scene.Pay(actor, false, Scene.Move(scene.One(friends), scene.Around(150, 0.7)));
            if (scene.Happens(0.01)) scene.Pay(actor, false, Scene.Move(scene.Contract(scene.Next(200, 500)), scene.Around(40, 0.5), kind: EffectKind.ContractCall));
        }

        return actor;
    }

    public static Actor Newcomer(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(500, 6000));
        var parties = Many(() => scene.Known(), 3);
        scene.Receive(actor, false, Scene.Move(scene.Known(), scene.Around(1500, 0.5)));
        for (var i = scene.Next(4, 25); i > 0; i--)
        {
            scene.NextDay(9, 22, scene.Next(1, 5));
            scene.Pay(actor, false, Scene.Move(Shop(scene, parties), Math.Min(scene.Around(150, 1.0), actor.Balance)));
        }

        // Some do not stay: everything goes to another wallet of theirs.
        if (scene.Happens(0.05)) scene.Pay(actor, false, Scene.Move(scene.Met(), actor.Balance * scene.Between(0.9, 0.99)));

        return actor;
    }

    public static Actor Family(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(2000, 9000));
        var (relatives, roaming, holiday) = (Many(() => scene.Known(maxSenders: 4), 3), Many(scene.Network, 3), scene.Next(20, 140));
        for (var day = 0; day < days + 30; day += scene.Next(2, 8))
        {
            scene.NextDay(17, 22, scene.Next(2, 8));
            actor.Network = scene.Happens(0.9) ? scene.One(roaming) : scene.Network();
            scene.Pay(actor, false, Scene.Move(scene.One(relatives), scene.Around(250, 0.35)));
            if (day < holiday || day > holiday + 8) continue;
            for (var i = 0; i < 6; i++, scene.Pass(0.2))
                scene.Pay(actor, false, Scene.Move(i < 4 ? scene.One(relatives) : scene.Met(maxSenders: 3), scene.Around(80, 0.3)));
        }

        return actor;
    }

    public static Actor Payouts(Scene scene, int days)
    {
        var actor = New(scene, scene.Between(30_000, 200_000));
        for (var day = 0; day < Math.Min(days, 25); day++)
        {
            scene.NextDay(0, 1);
            var busy = scene.Happens(0.04) ? 2 : 1;
            for (var i = scene.Next(5, 14) * busy; i > 0; i--, scene.Pass(scene.Between(0.3, 2.5)))
                scene.Pay(actor, false, Scene.Move(scene.Met(1, 400, 6), scene.Around(90, 1.0)));
        }

        return actor;
    }

    private static Actor New(Scene scene, double balance) => new(scene.Account(), "phone", scene.Network(), balance);

    /// <summary>One that is known, mostly; some new ones are shops that opened last week and that everybody visits.</summary>
    private static string Shop(Scene scene, List<string> known)
    {
        if (!scene.Happens(0.05)) return scene.One(known);
        known.Add(scene.Happens(0.02) ? scene.Known(3, 14, 30) : scene.Met());
        return known[^1];
    }

    private static List<T> Many<T>(Func<T> make, int count) => [.. Enumerable.Range(0, count).Select(_ => make())];
}
