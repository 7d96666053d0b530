namespace Orleans.Runtime;

/// <summary>Waiting requests in the order of their arrival, linked through themselves.</summary>
internal struct RequestList
{
    private Request? _first;
    private Request? _last;

    public int Count { get; private set; }

    public void Add(Request request)
    {
        request.NextWaiting = null;
        if (_last is null)
            _first = request;
        else
            _last.NextWaiting = request;
        _last = request;
        Count++;
    }

    /// <summary>Takes the first request that the test accepts, passing over those before it.</summary>
    public Request? TakeFirst<TState>(TState state, Func<TState, Request, bool> accepts)
    {
        Request? previous = null;
        for (var request = _first; request is not null; previous = request, request = request.NextWaiting)
        {
            if (!accepts(state, request))
                continue;
            Unlink(previous, request);
            return request;
        }
        return null;
    }

    public Request? TakeFirst()
    {
        var first = _first;
        if (first is not null)
            Unlink(null, first);
        return first;
    }

    private void Unlink(Request? previous, Request request)
    {
        if (previous is null)
            _first = request.NextWaiting;
        else
            previous.NextWaiting = request.NextWaiting;
        if (ReferenceEquals(_last, request))
            _last = previous;
        request.NextWaiting = null;
        Count--;
    }
}
