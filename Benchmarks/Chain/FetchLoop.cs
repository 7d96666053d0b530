namespace TPWallet.Benchmarks.Chain;

/// <summary>Fetches what a follower of blocks needs, block after block, and throws it away: no decoding beyond the block's hash, no proof, no store.</summary>
internal sealed class FetchLoop(Uri node) : IDisposable
{
    private static readonly byte[] _hashField = [.. "\"hash\":\""u8];

    private readonly HttpClient _http = new();

    public async Task RunAsync(ulong from, ulong to, CancellationToken cancellationToken)
    {
        for (var number = from; number <= to; number++)
        {
            var block = await CallAsync("eth_getBlockByNumber", $"\"0x{number:x}\",true", cancellationToken);
            var hash = block.AsSpan(block.AsSpan().IndexOf(_hashField) + _hashField.Length, 66);
            await CallAsync("eth_getBlockReceipts", $"\"{System.Text.Encoding.ASCII.GetString(hash)}\"", cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> CallAsync(string method, string parameters, CancellationToken cancellationToken)
    {
        using var content = new StringContent($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":[{{parameters}}]}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(node, content, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }
}
