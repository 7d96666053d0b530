using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TPWallet.Chains.Ethereum;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Proof;
using TPWallet.Demo.Telling;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Demo.Acts;

/// <summary>The proof: exported, checked offline, altered, and checked again by tools that are not ours.</summary>
internal sealed partial class Play
{
    private async Task ProveAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        _teller.Step("11", "The evidence pack, checked offline from the account id alone");
        var view = await Wallet.ReadPacketAsync(packet.Ref, cancellationToken) ?? throw new DemoFailedException("no packet");
        var pack = await Wallet.ReadEvidenceAsync(packet.Ref, cancellationToken);
        var payer = await AccountAsync(static _ => true, "the account", cancellationToken);
        var payee = await Wallet.ReadAccountAsync(_payee.Account, cancellationToken) ?? throw new DemoFailedException("no payee");
        var (coin, token) = (
            Available(payer, LocalChain.Coin) + Available(payee, LocalChain.Coin),
            Available(payer, Chain.TokenAsset) + Available(payee, Chain.TokenAsset));
        await _stage.StopAsync("silo");
        await _stage.StopAsync("signer");
        _teller.Say("silo and signer have been stopped");

        await CheckRevenueAsync(packet, cancellationToken);
        var file = Path.Combine(_stage.Places.Output, "evidence.json");
        await File.WriteAllBytesAsync(file, EvidenceFile.Write(pack), cancellationToken);
        var verdict = EvidenceFile.Verify(_payer.Account, await File.ReadAllBytesAsync(file, cancellationToken), EthereumEvidence.Instance);
        var proved = verdict as EvidenceVerdict.Proved;
        _teller.Check(
            proved is not null,
            "genesis, votes, transactions, receipts and journal prove each other",
            verdict is EvidenceVerdict.Refused why
                ? $"{why.Step}: {why.Rejection}"
                : $"{proved!.Rows} rows, {pack.Votes.Length} votes, {proved.Blocks.Length} transactions");
        _teller.Check(proved?.SignerIdentity == _stage.SignerIdentity, "attested by the signer that the devices pinned");
        ShowAlterations(pack);
        ShowAlteredFile(await File.ReadAllBytesAsync(file, cancellationToken), pack);
        await ShowTamperedDatabaseAsync(packet, cancellationToken);
        await CheckIndependentlyAsync(pack, [view, _vetoed], coin + packet.Allocations[0].OperatorFee, token, cancellationToken);
        _teller.Figure("evidence.file", file);
        _teller.Figure("evidence.bytes", new FileInfo(file).Length);
        _teller.Figure("evidence.rows", proved?.Rows);
    }

    private async Task CheckRevenueAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        await using var journal = await StoppedSilo.OpenJournalAsync(_stage.Places.SiloData, cancellationToken);
        var period = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var stream = await EvidenceStream.ReadAsync(journal, new(Stage.Tenant, "revenue", period), EvidenceBuilder.MaxJournalChars, cancellationToken);
        var posted = (stream ?? throw new DemoFailedException("a fee ledger that is too long")).Rows
            .Select(static row => JsonSerializer.Deserialize(row.Payload.Span, Domain.Accounts.AccountJson.Default.RevenueEvent))
            .OfType<Domain.Ledger.RevenueEvent.FeePosted>().Where(fee => fee.Packet == packet.Ref).ToArray();
        var fee = packet.Allocations[0].OperatorFee;
        _teller.Check(
            posted is [{ } one] && one.Amount == new Amount(LocalChain.Coin, fee),
            $"the fee ledger of {period} has the operator's {fee} wei, once");
    }

    private void ShowAlterations(EvidencePack pack)
    {
        var (tried, refused) = (0, 0);
        foreach (var (where, altered) in Alterations.Of(pack))
        {
            tried++;
            if (Alterations.Verify(_payer.Account, altered) is EvidenceVerdict.Refused) refused++;
            else _teller.Check(false, $"one byte of {where} was changed and not noticed");
        }

        _teller.Check(refused == tried, $"one byte changed at {tried} places, one at a time: {refused} refused");
        _teller.Check(Alterations.Verify(_payee.Account, pack) is EvidenceVerdict.Refused, "under another account's id it proves nothing");
        _teller.Figure("evidence.alterationsTried", tried);
        _teller.Figure("evidence.alterationsRefused", refused);
    }

    /// <summary>The file itself, one bit at evenly spread places. Nothing names a leg's last header as its parent: it is asked of a node.</summary>
    private void ShowAlteredFile(byte[] file, EvidencePack pack)
    {
        const int Places = 250;
        var open = pack.Legs.Select(static leg => Encoding.UTF8.GetBytes(leg.Headers[^1].ToString())).ToArray();
        var (tried, refused) = (0, 0);
        for (var at = 0; at < file.Length; at += (file.Length / Places) + 1)
        {
            var place = at;
            if (open.Any(header => Around(file, place, header.Length).IndexOf(header) >= 0)) continue;
            file[at] ^= 1;
            tried++;
            if (EvidenceFile.Verify(_payer.Account, file, EthereumEvidence.Instance) is EvidenceVerdict.Refused) refused++;
            file[at] ^= 1;
        }

        _teller.Check(tried > 0 && refused == tried, $"one bit of the file flipped at {tried} places: {refused} refused");
        _teller.Figure("evidence.bitsFlipped", tried);
        _teller.Figure("evidence.bitsRefused", refused);
    }

    private static ReadOnlySpan<byte> Around(byte[] file, int place, int length) =>
        file.AsSpan(Math.Max(0, place - length)..Math.Min(file.Length, place + length));

    /// <summary>On a copy: one byte of a row, changed by somebody who owns the database.</summary>
    private async Task ShowTamperedDatabaseAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(_stage.Places.Work, "tampered");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(_stage.Places.SiloData)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var stream = StreamId.Of(Stage.Tenant, "packet", packet.Ref.Key);
        var database = Directory.EnumerateFiles(copy, "*.db").Single();
        await using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString()))
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = """
                update event set payload = cast(replace(cast(payload as text), $from, $to) as blob) where stream = $stream and version = 1
                """;
            command.Parameters.AddWithValue("$from", Shop.Value);
            command.Parameters.AddWithValue("$to", Worker.Value);
            command.Parameters.AddWithValue("$stream", stream.ToBytes());
            _teller.Check(
                await command.ExecuteNonQueryAsync(cancellationToken) == 1, "somebody who owns the database changes the payee in a copy of it");
        }

        try
        {
            await using var journal = await StoppedSilo.OpenJournalAsync(copy, cancellationToken);
            await journal.ReadAsync(stream, 1, JournalLimits.MaxPage, cancellationToken);
            _teller.Check(false, "the changed row was read as if nothing had happened");
        }
        catch (StreamUnreadableException unreadable)
        {
            _teller.Check(true, "the changed row stops its grain", unreadable.Message);
        }
    }

    private async Task CheckIndependentlyAsync(
        EvidencePack pack, IReadOnlyList<PacketView> voted, UInt256 coin, UInt256 token, CancellationToken cancellationToken)
    {
        var output = _stage.Places.Output;
        await CheckFiles.WriteAsync(
            output,
            Chain.Endpoint,
            pack,
            voted,
            [
                (Own, LocalChain.Coin, coin),
                (Own, Chain.TokenAsset, token),
                (Shop, LocalChain.Coin, ((Leg.ChainTransfer)pack.Packet.Legs[0]).Amount.Value),
                (Worker, Chain.TokenAsset, ((Leg.ChainTransfer)pack.Packet.Legs[1]).Amount.Value)],
            cancellationToken);
        var start = new ProcessStartInfo("bash", [_stage.Places.IndependentCheck, output])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CAST"] = _stage.Places.Cast;
        using var script = Process.Start(start)!;
        var said = script.StandardOutput.ReadToEndAsync(cancellationToken);
        var wrong = script.StandardError.ReadToEndAsync(cancellationToken);
        await script.WaitForExitAsync(cancellationToken);
        foreach (var line in (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries)) _teller.Say(line);
        _teller.Check(script.ExitCode == 0, "cast and openssl, which are not ours, agree", (await wrong).Trim());
        _teller.Figure("independentCheck", script.ExitCode == 0);
    }
}
