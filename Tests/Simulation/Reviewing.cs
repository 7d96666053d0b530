using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Who is asked about what is held: two reviewers, and where a world has one an outside service. They come in any order, late or not at all, are of two minds, and the service
/// says now and then what it must not: of another payment, of another time, by older lists.
/// </summary>
internal sealed class Reviewing(Client client)
{
    private const string Provider = "aml";

    private readonly Chance _chance = client.Chance;
    private Bytes32 _before = new Bytes32(UInt256.One);
    private int _lists = 7;

    /// <summary>What they say of one case.</summary>
    /// <param name="against">Out of twelve, how often it is rejected.</param>
    public async Task DecideAsync(string key, int against)
    {
        var decision = _chance.Below(12) < against ? ReviewDecision.Reject : ReviewDecision.Approve;
        var isFirst = _chance.Below(2) == 0;
        if (isFirst) await ScreenAsync(key, decision);
        await ReviewAsync(key, decision);
        if (!isFirst) await ScreenAsync(key, decision);
    }

    /// <summary>Two, now and then only one, or one who says something else.</summary>
    private async Task ReviewAsync(string key, ReviewDecision wanted)
    {
        var most = _chance.Below(5) == 0 ? 1 : TownRisk.Reviewers.Length;
        foreach (var by in TownRisk.Reviewers.Take(most))
        {
            var decision = _chance.Below(10) == 0 ? ReviewDecision.Reject : wanted;
            client.World.Checks.Cases.Says(key, by, decision);
            await client.Submit(key, new CaseCommand.Review(client.NewId(), by, decision, "looked at"));
        }
    }

    private async Task ScreenAsync(string key, ReviewDecision wanted)
    {
        if (!client.World.Risk.Terms.AsksVerdict || _chance.Below(8) == 0 || await client.ReadQuestion(key) is not { } question) return;
        if (_chance.Below(6) == 0) await client.World.Pause(_chance.Milliseconds(0, 400_000));
        if (_chance.Below(4) == 0) await Say(key, _before, Now(ScreeningVerdict.Clear));
        if (_chance.Below(6) == 0) await Say(key, question.Hash, Now(ScreeningVerdict.Clear) with { At = client.World.Now - Span.Hours(3), ExpiresAt = client.World.Now - Span.Hours(2) });
        var verdict = wanted == ReviewDecision.Reject ? ScreeningVerdict.Block : _chance.Below(6) == 0 ? ScreeningVerdict.Review : ScreeningVerdict.Clear;
        await Say(key, question.Hash, Now(verdict));
        _before = question.Hash;
        if (_chance.Below(5) == 0) await Say(key, question.Hash, Now(ScreeningVerdict.Clear) with { ListVersion = _lists - 2 });

        // It learned something since.
        if (_chance.Below(4) == 0) await Say(key, question.Hash, Now(_chance.Pick([ScreeningVerdict.Block, ScreeningVerdict.Review])));
    }

    private Screening Now(ScreeningVerdict verdict)
    {
        if (_chance.Below(4) == 0) _lists++;
        var life = _chance.Below(3) == 0 ? Span.Seconds(_chance.Between(5, 300)) : Span.Hours(24);
        return new(Provider, verdict, _lists, client.World.Now - Span.Seconds(_chance.Below(20)), client.World.Now + life)
        {
            Flow = _chance.Below(4) == 0 ? new(_chance.Below(4), _chance.Below(1_001)) : null,
        };
    }

    private Task Say(string key, Bytes32 subject, Screening screening)
    {
        client.World.Checks.Cases.Says(key, subject, screening);
        return client.Submit(key, new CaseCommand.RecordVerdict(client.NewId(), subject, screening));
    }
}
