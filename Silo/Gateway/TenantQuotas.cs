using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// How much a tenant may begin, so that none fills the disk of all: accounts, counted by all silos together, and in a UTC day drafts, registrations, key requests,
/// proposed changes, invoices and payments over channels that were accepted, counted per silo since its start. Votes, proposing, cancelling, freezing and what operators do are never held back.
/// Beyond it <see cref="RejectionCode.QuotaReached"/>, which no idempotency key keeps.
/// </summary>
/// <param name="accounts">Where accounts are counted; null: they are not.</param>
/// <param name="mostAccounts">Accounts of one tenant; 0: no limit, but they are counted.</param>
/// <param name="mostPerDay">Beginnings of one tenant in a day at this silo; 0: no limit.</param>
public sealed class TenantQuotas(TimeProvider clock, ITenantAccounts? accounts, int mostAccounts, int mostPerDay)
{
    /// <summary>Configuration: accounts of one tenant.</summary>
    public const string AccountsKey = "Quota:Accounts";

    /// <summary>Configuration: what one tenant begins in a day.</summary>
    public const string PerDayKey = "Quota:BegunPerDay";

    public const int DefaultAccounts = 1_000_000;
    public const int DefaultPerDay = 10_000_000;

    private static readonly Meter Meter = new(GatewayTelemetry.SourceName);
    private static readonly Counter<long> Reached = Meter.CreateCounter<long>("tpw.gateway.quota.reached", "{refusal}", "Commands refused by a tenant's quota.");

    private readonly ConcurrentDictionary<Name, Today> _today = new();

    /// <exception cref="SetUpException">A number that is none.</exception>
    public static TenantQuotas Read(IConfiguration configuration, TimeProvider clock, ITenantAccounts? accounts) => new(
        clock,
        accounts,
        KeyQuotas.Number(configuration, AccountsKey, DefaultAccounts),
        KeyQuotas.Number(configuration, PerDayKey, DefaultPerDay));

    /// <summary>Submits a command, counted if it begins something and is accepted.</summary>
    public async Task<CommandReply> SubmitAsync(Name tenant, ICommand command, Func<Task<CommandReply>> submit)
    {
        if (mostPerDay == 0 || !Begins(command)) return await submit();
        var today = _today.GetOrAdd(tenant, static _ => new());
        if (today.Take(clock.GetUtcNow().Ticks / TimeSpan.TicksPerDay, mostPerDay) is not { } day)
            return Refuse("begun-per-day", $"at most {mostPerDay} beginnings of {tenant} in a UTC day", "as many today");
        var accepted = false;
        try
        {
            var reply = await submit();
            accepted = reply is CommandReply.Accepted;
            return reply;
        }
        finally
        {
            if (!accepted) today.GiveBack(day);
        }
    }

    /// <summary>Registers an account that counts; one that is there already is asked without counting.</summary>
    public async Task<CommandReply> RegisterAsync(Name tenant, Func<Task<bool>> isRegistered, Func<Task<CommandReply>> submit)
    {
        if (accounts is null || await isRegistered()) return await submit();
        var most = mostAccounts == 0 ? long.MaxValue : mostAccounts;
        if (!await accounts.TryAddAsync(tenant.Value, most, CancellationToken.None))
            return Refuse("accounts", $"at most {mostAccounts} accounts of {tenant}", "as many");
        var reply = await submit();

        // After an unknown outcome, as after an exception, the account may be there: it stays counted.
        if (reply is CommandReply.Refused { Rejection.Code: not RejectionCode.OutcomeUnknown }) await accounts.RemoveAsync(tenant.Value, CancellationToken.None);
        return reply;
    }

    private static bool Begins(ICommand command) =>
        command is PacketCommand.Draft or AccountCommand.Register or AccountCommand.RequestKey or AccountCommand.ProposeChange or InvoiceCommand.Create
        or PaymentCommand.Begin;

    private static CommandReply.Refused Refuse(string quota, string expected, string actual)
    {
        Reached.Add(1, new KeyValuePair<string, object?>("quota", quota));
        return new(new(RejectionCode.QuotaReached, expected, actual));
    }

    /// <summary>One tenant's day; what is under way counts, so that none passes together.</summary>
    private sealed class Today
    {
        private readonly Lock _lock = new();
        private long _day;
        private int _begun;

        /// <summary>The day that it was taken from, or null.</summary>
        public long? Take(long day, int most)
        {
            lock (_lock)
            {
                // A clock that went back counts on in the newer day.
                if (day > _day) (_day, _begun) = (day, 0);
                if (_begun >= most) return null;
                _begun++;
                return _day;
            }
        }

        public void GiveBack(long day)
        {
            lock (_lock)
                if (day == _day) _begun--;
        }
    }
}
