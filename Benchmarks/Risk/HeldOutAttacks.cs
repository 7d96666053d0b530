using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>
/// Further families that no weight was set on. Families that were held out and missed are tuning families since, for they had been looked at: three of a first round
/// (recall 0.71), one of a second
/// (0.85), two of a third (0.83).
/// </summary>
internal static class HeldOutAttacks
{
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

    /// <summary>A program's key is used from the program's own network, for payouts some times as great and as many as usual.</summary>
    internal static void PayoutKey(Scene scene)
    {
        var actor = Lives.Payouts(scene, 25);
        scene.NextDay(0, 20);
        for (var i = scene.Next(20, 60); i > 0; i--, scene.Pass(scene.Between(0.01, 0.08)))
            scene.Pay(actor, true, Scene.Move(scene.Unknown(), scene.Around(350, 0.4)));
    }

    /// <summary>A thief with the owner's telephone buys what can be sold again, at shops that everybody knows.</summary>
    internal static void GiftCards(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Employee(scene, 60) : Lives.Family(scene, 60);
        actor.Network = scene.Network();
        scene.NextDay(8, 22);
        for (var i = scene.Next(6, 14); i > 0; i--, scene.Pass(scene.Between(0.05, 0.3)))
            scene.Pay(actor, true, Scene.Move(scene.Known(maxSenders: 3000), scene.Between(150, 500)));
    }

    /// <summary>Most of three assets goes into a contract that nobody has looked at.</summary>
    internal static void BridgeRun(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Contracts(scene, 50) : Lives.Employee(scene, 50);
        if (scene.Happens(0.5)) actor.Device = "intruder";
        var contract = scene.Happens(0.5) ? scene.Unknown() : scene.Contract(scene.Next(0, 300));
        scene.NextDay(9, 23);
        for (var i = 0; i < 3; i++, scene.Pass(scene.Between(0.02, 0.4)))
            scene.Pay(actor, true, Scene.Move(contract, actor.Balance * scene.Between(0.6, 0.95), Scene.Assets[i], EffectKind.ContractCall));
    }

    /// <summary>A business' key on another machine pays several new parties a good part of the balance within the hour.</summary>
    internal static void WeekendSweep(Scene scene)
    {
        var actor = scene.Happens(0.5) ? Lives.Treasury(scene, 60) : Lives.Merchant(scene, 60);
        actor.Device = "intruder";
        scene.NextDay(6, 20);
        for (var i = scene.Next(3, 6); i > 0; i--, scene.Pass(scene.Between(0.02, 0.3)))
            scene.Pay(actor, true, Scene.Move(scene.Unknown(), actor.Balance * scene.Between(0.05, 0.2)));
    }
}
