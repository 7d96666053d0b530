using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Dapps;

/// <summary>A contract's record driven by hand.</summary>
internal sealed class DappRun() : MachineRun<DappDecider, DappState, DappCommand, DappEvent>(
    DappKey.Of(People.Chain, People.AddressOf("dex")), DappJson.Default.DappEvent, DappJson.Default.DappState)
{
    internal static readonly ContractCode Code = new(PacketRun.Hash("code"), null);
    internal static readonly ContractCode Other = new(PacketRun.Hash("other code"), null);

    private int _ids;

    internal DappTrust Trust => DappScore.Of(DappWeights.Standard, State, Now);

    internal Guid Id() => People.Id($"dapp|{++_ids}");

    internal DappRun Seen(ContractCode? code)
    {
        Accept(new DappCommand.SeeCode(Id(), code));
        return this;
    }

    internal DappAudit Audit(Name auditor, ContractCode? code = null, OpenFindings? open = null) => new(
        auditor, PacketRun.Hash($"{auditor}'s report"), code ?? Code, Now - Span.Hours(24), Now + Span.Hours(24 * 365), open ?? new(0, 0, 0, 0));

    internal DappRun Audited(Name auditor, OpenFindings? open = null) => Audited(auditor, Code, open);

    internal DappRun Audited(Name auditor, ContractCode code, OpenFindings? open = null)
    {
        Accept(new DappCommand.RecordAudit(Id(), "ops", Audit(auditor, code, open)));
        return this;
    }

    internal DappRun Sourced(ContractCode? code = null, Instant? deployedAt = null)
    {
        Accept(new DappCommand.RecordSource(Id(), "ops", new(code ?? Code, deployedAt)));
        return this;
    }

    internal DappCommand.Override Override(int trust, ContractCode? code = null, string reason = "looked at it", long hours = 24) =>
        new(Id(), "ops", new(code ?? Code, trust, Now + Span.Hours(hours), reason));

    internal int Points(Name part) => Trust.Parts.FirstOrDefault(one => one.Name == part)?.Points ?? 0;

    internal void Call(bool succeeded = true) => Accept(new DappCommand.RecordCall(Id(), succeeded));
}
