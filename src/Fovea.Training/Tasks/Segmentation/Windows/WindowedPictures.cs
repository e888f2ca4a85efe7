using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What a sample shows that is a window of a picture: what a meter needs to put the picture together again.</summary>
/// <param name="Picture">The picture's place in the data.</param>
/// <param name="Views">All looks at it.</param>
/// <param name="View">Which of them this is.</param>
/// <param name="Window">The window's place in it.</param>
/// <param name="Truth">The picture's mask, in its own size.</param>
internal sealed record WindowPart(int Picture, WindowView[] Views, int View, int Window, Image Truth);

/// <summary>A window as a sample of its own; its labels are not read.</summary>
internal sealed record WindowSample(Image Image, string Name, Image NoLabels, WindowPart Part) : ImageSample(Image, 0, Name, NoLabels)
{
    internal override object? Truth => Part;
}

/// <summary>The windows of all pictures of a set, one after the other, as samples of one size: batches of them are like any other.</summary>
internal sealed class WindowedPictures : IImageDataset
{
    // Windows of one picture follow each other, and several threads may be at the end of one and the beginning of the next.
    private const int Kept = 4;
    private readonly IImageDataset _pictures;
    private readonly ResizeFilter _filter;
    private readonly WindowView[][] _views;
    private readonly int[] _starts;
    private readonly Image _noLabels;
    private readonly Lock _gate = new();
    private readonly LinkedList<((int Picture, int View) Key, Image Shown, Image Truth)> _recent = new();

    /// <param name="pictures">The pictures; their sizes are read from the files' headers, and a picture is decoded when its windows are.</param>
    /// <param name="window">Height and width of a window, in pixels.</param>
    /// <param name="filter">How pictures are resized.</param>
    /// <param name="options">Sizes, mirroring and overlap.</param>
    /// <param name="leavesOut">Whether pictures whose size cannot be read are left out; else they are errors.</param>
    public WindowedPictures(IImageDataset pictures, Size2 window, ResizeFilter filter, WindowOptions options, bool leavesOut = false)
    {
        (_pictures, _filter) = (pictures, filter);
        _noLabels = new Image(window.Width, window.Height, PixelFormat.Grey);
        var unreadable = new List<DamagedPicture>();
        _views = [.. Enumerable.Range(0, pictures.Count).Select(i => ViewsOf(i, window, options, leavesOut ? unreadable : null))];
        Unreadable = unreadable;
        _starts = new int[pictures.Count + 1];
        for (int i = 0; i < pictures.Count; i++)
        {
            _starts[i + 1] = checked(_starts[i] + _views[i].Sum(v => v.Grid.Count));
        }
    }

    public string Source => _pictures.Source;

    public DataTask Task => _pictures.Task;

    public int Count => _starts[^1];

    public IReadOnlyList<string> Classes => _pictures.Classes;

    /// <summary>The pictures that were left out.</summary>
    public IReadOnlyList<DamagedPicture> Unreadable { get; }

    public int Label(int index) => 0;

    public string Name(int index) => _pictures.Name(PictureOf(index));

    public ImageSample Get(int index)
    {
        int picture = PictureOf(index), view = 0, window = index - _starts[picture];
        for (; window >= _views[picture][view].Grid.Count; view++)
        {
            window -= _views[picture][view].Grid.Count;
        }

        (Image shown, Image truth) = Show(picture, view);
        return new WindowSample(
            _views[picture][view].Window(shown, window), Name(index), _noLabels, new WindowPart(picture, _views[picture], view, window, truth));
    }

    private static (int Width, int Height) SizeOf(IImageDataset pictures, int index) =>
        pictures.Size(index) ?? Measured(pictures.Get(index).Image);

    private static (int Width, int Height) Measured(Image image) => (image.Width, image.Height);

    private WindowView[] ViewsOf(int picture, Size2 window, WindowOptions options, List<DamagedPicture>? unreadable)
    {
        try
        {
            return WindowView.Of(SizeOf(_pictures, picture), window, options);
        }
        catch (DataException e) when (e.IsDamage && unreadable is not null)
        {
            unreadable.Add(new DamagedPicture(_pictures.Name(picture), e.Message));
            return [];
        }
    }

    // A picture without windows begins where the next one does; the last that begins there has the window.
    private int PictureOf(int index)
    {
        int found = Array.BinarySearch(_starts, index);
        found = found >= 0 ? found : ~found - 1;
        while (_starts[found + 1] == index)
        {
            found++;
        }

        return found;
    }

    private (Image Shown, Image Truth) Show(int picture, int view)
    {
        lock (_gate)
        {
            foreach (((int, int) key, Image shown, Image truth) in _recent)
            {
                if (key == (picture, view))
                {
                    return (shown, truth);
                }
            }

            ImageSample sample = _pictures.Get(picture);
            Image mask = sample.Mask ?? throw new DataException($"{sample.Name}: expected a picture with a mask, got one without.");
            _recent.AddFirst(((picture, view), _views[picture][view].Show(sample.Image, _filter), mask));
            if (_recent.Count > Kept)
            {
                _recent.RemoveLast();
            }

            return (_recent.First!.Value.Shown, mask);
        }
    }
}
