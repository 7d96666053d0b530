using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>A case driven by hand, with what opens it and what is said in it.</summary>
internal sealed class CaseRun(string? key = null) : MachineRun<CaseDecider, CaseState, CaseCommand, CaseEvent>(
    key ?? $"{RiskRun.Owner}/payment-1/7", CaseJson.Default.CaseEvent, CaseJson.Default.CaseState)
{
    internal static CaseTerms Terms { get; } = new(false, Span.Hours(24), Span.Hours(72), ["head", "law", "owner"], 2, false);

    /// <summary>Terms of a payment that a verdict is wanted for, beside two persons.</summary>
    internal static CaseTerms Asking { get; } = Terms with { AsksVerdict = true };

    /// <summary>Terms of a payment that waits for a verdict and for nothing else.</summary>
    internal static CaseTerms OnlyAsking { get; } = Asking with { VerdictSuffices = true };

    internal static VerdictSubject Subject { get; } = new(
        RiskRun.Owner, People.Id("payment"), RiskDirection.Out,
        [new("leg", EffectKind.NativeOut, People.Eth.Chain, People.Eth, 1000, People.AddressOf("payee").Value, DestinationScope.New, Tier.Hot)],
        [People.AddressOf("payee").Value]);

    internal static string Sealed => SealedText.Prefix + System.Buffers.Text.Base64Url.EncodeToString(new byte[SealedText.HeaderSize + 4]);

    internal CaseView View => CaseDecider.View(State)!;

    internal string Stage => View.Stage;

    internal static CaseCommand.Open Opening(CaseTerms terms, RiskAction action = RiskAction.Review) => new(
        People.Id("open"), People.Id("payment"), "payer", new(90, RiskDemand.Nothing with { Action = action }, RiskDemand.Nothing, [], 1, Bytes32.Zero), terms)
    {
        Subject = terms.AsksVerdict ? Subject : null,
    };

    internal CaseRun Open(CaseTerms? terms = null, RiskAction action = RiskAction.Review)
    {
        Accept(Opening(terms ?? Terms, action));
        return this;
    }

    internal CaseCommand Say(Name by, ReviewDecision decision) => new CaseCommand.Review(NewId(), by, decision, Sealed);

    internal CaseRun Approve(params ReadOnlySpan<Name> names)
    {
        foreach (var name in names) Accept(Say(name, ReviewDecision.Approve));
        return this;
    }

    internal CaseCommand.RecordVerdict Verdict(ScreeningVerdict verdict, Span? life = null, FlowExposure? flow = null) => new(
        NewId(), Subject.Hash, new("service", verdict, 7, Now, Now + (life ?? Span.Hours(1000))) { Flow = flow });
}
