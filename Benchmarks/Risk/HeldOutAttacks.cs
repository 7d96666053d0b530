using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>Further families that no weight was set on. Three that were held out at first (recall 0.71 of all then) are tuning families since: they had been looked at.</summary>
internal static class HeldOutAttacks
{
    /// <summary>Somebody with the right device and network pays himself when nobody watches.</summary>
    internal static void InsiderAtNight(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Treasury(scene, 60) : Lives.Merchant(scene, 60);
        scene.NextDay(0, 4);
        var (own, pieces) = (Two(scene), scene.Next(2, 4));
        for (var (i, share) = (0, scene.Between(0.6, 0.95)); i < pieces; i++, scene.Pass(scene.Between(0.1, 0.8)))
            scene.Pay(actor, true, Scene.Move(scene.One(own), actor.Balance * share / pieces));
    }

    /// <summary>A page that looks like an exchange takes a great amount for a token that is worth nothing.</summary>
    internal static void FalseExchange(Scene scene)
    {
        var actor = Lives.Contracts(scene, scene.Next(30, 70));
        var contract = scene.Happens(0.6) ? scene.Unknown() : scene.Contract(scene.Next(0, 350));
        scene.NextDay(10, 23);
        if (scene.Happens(0.4)) scene.Pay(actor, true, Scene.Move(contract, scene.Between(20, 60), kind: EffectKind.ContractCall));
        scene.Pass(scene.Between(0.1, 3));
        scene.Pay(actor, true, Scene.Move(contract, Math.Min(actor.Balance * 0.9, scene.Between(3000, 15_000)), kind: EffectKind.ContractCall));
    }

    /// <summary>A sum wanders through accounts that were opened for it, each passing nearly all of it on.</summary>
    internal static void Layering(Scene scene)
    {
        var (sum, begin) = (scene.Between(4000, 20_000), scene.Now.AddDays(100));
        for (var hop = scene.Next(3, 6); hop > 0; hop--, sum *= 0.97)
        {
            scene.Now = begin.AddDays(-60);
            var actor = Lives.Newcomer(scene, 40);
            begin = begin.AddHours(scene.Between(0.5, 6));
            scene.Now = begin;
            actor.Balance = sum * 1.02;
            scene.Receive(actor, false, Scene.Move(scene.Unknown(), sum));
            scene.Pass(scene.Between(0.1, 2));
            scene.Pay(actor, true, Scene.Move(scene.Unknown(), sum * 0.97));
        }
    }

    /// <summary>The number was taken over: another device on the usual network empties the account over two days.</summary>
    internal static void NewTelephone(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Employee(scene, 60) : Lives.Family(scene, 60);
        actor.Device = "taken-over";
        var (thieves, pieces) = (Two(scene), scene.Next(3, 6));
        scene.NextDay(9, 20);
        for (var i = 0; i < pieces; i++, scene.Pass(scene.Between(1, 10)))
            scene.Pay(actor, true, Scene.Move(scene.One(thieves), actor.Balance * 0.9 / pieces));
    }

    /// <summary>A program's key is used from the program's own network, for payouts some times as great and as many as usual.</summary>
    internal static void PayoutKey(Scene scene)
    {
        var actor = Lives.Payouts(scene, 25);
        scene.NextDay(0, 20);
        for (var i = scene.Next(20, 60); i > 0; i--, scene.Pass(scene.Between(0.01, 0.08)))
            scene.Pay(actor, true, Scene.Move(scene.Unknown(), scene.Around(350, 0.4)));
    }

    private static List<string> Two(Scene scene) => [scene.Unknown(), scene.Unknown()];
}
