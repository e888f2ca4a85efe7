using Fovea.Imaging;
using Fovea.Serving.Batching;
using Fovea.Studio.Stores;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>
/// The model and the picture that the page begins with, opened while the server starts and a browser fetches the page. Both are handed out once, and let go of
/// when nobody asked for as long as a session may lie idle; weights in a file are not opened ahead, since they may be others by the time somebody looks.
/// </summary>
internal sealed class FirstLook
{
    private readonly OpenModel _request;
    private readonly string _image;
    private readonly TimeProvider _clock;
    private readonly long _begun;
    private Task<(StudioModel Model, StudioSession Session)>? _opened;
    private StudioSession? _session;

    /// <summary>Begins to open them.</summary>
    /// <param name="queue">Where models compute.</param>
    /// <param name="shelf">Where the model is.</param>
    /// <param name="image">The picture's name.</param>
    /// <param name="picture">Finds pictures.</param>
    /// <param name="clock">What the time is read from.</param>
    public FirstLook(ComputeQueue queue, ModelShelf shelf, string image, Func<string, Image> picture, TimeProvider clock)
    {
        (_request, _image, _clock, _begun) = (shelf.First, image, clock, clock.GetTimestamp());
        _opened = _request.Path is not null ? null : queue.Run(
            () =>
            {
                StudioModel model = shelf.Open(_request);
                var session = StudioSession.Run(model, picture(image));
                _ = session.FirstRow;
                return (model, session);
            },
            CancellationToken.None);
    }

    /// <summary>Whether something is still there to be handed out.</summary>
    public bool IsHeld => _opened is not null || _session is not null;

    /// <summary>Lets go of what nobody asked for in a time.</summary>
    public void CloseIdle(TimeSpan time)
    {
        if (_clock.GetElapsedTime(_begun) >= time)
        {
            (_opened, _session) = (null, null);
        }
    }

    /// <summary>The model, where it is the one that is asked for and was not handed out yet; null where it has to be opened, also because that failed before.</summary>
    public async Task<StudioModel?> Model(OpenModel request)
    {
        if (request != _request || Interlocked.Exchange(ref _opened, null) is not { } opened)
        {
            return null;
        }

        await ((Task)opened).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!opened.IsCompletedSuccessfully)
        {
            return null;
        }

        (StudioModel model, _session) = await opened;
        return model;
    }

    /// <summary>What the model saw in the picture, where both are the first; null else. It is there for the first who asks, and gone for everybody after.</summary>
    public StudioSession? Session(StudioModel model, string image) =>
        Interlocked.Exchange(ref _session, null) is { } session && ReferenceEquals(session.Model, model) && image == _image ? session : null;
}
