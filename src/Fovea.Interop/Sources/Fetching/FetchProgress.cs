namespace Fovea.Io;

/// <summary>How far the files of one source have come, as one piece of work.</summary>
/// <param name="progress">Is told some hundred times at most for each file; null for nobody.</param>
internal sealed class FetchProgress(IProgress<WorkProgress>? progress)
{
    private const long Parts = 200;
    private long _before;
    private long _total;
    private long _told = -1;
    private int _files = 1;

    /// <summary>So many files are to come, of about the same size.</summary>
    public void Expect(int files) => _files = files;

    /// <summary>Of the next file so much has come.</summary>
    /// <param name="done">Bytes.</param>
    /// <param name="length">Bytes in all; null where the server does not say it, and nothing is told.</param>
    public void Tell(long done, long? length)
    {
        if (progress is null || length is not (> 0 and var whole))
        {
            return;
        }

        _total = _before + (whole * _files);
        long all = _before + done;

        // What begins anew is not told before it is further than it was.
        if (all > _told && (_told < 0 || done == whole || all * Parts / _total > _told * Parts / _total))
        {
            progress.Report(new WorkProgress(WorkStage.Downloading, _told = all, _total));
        }
    }

    /// <summary>A file is there, fetched or not.</summary>
    public void Next(long fetched)
    {
        _before += fetched;
        _files = Math.Max(1, _files - 1);
    }

    /// <summary>All is there.</summary>
    public void End()
    {
        if (_told >= 0 && _told < _total)
        {
            progress!.Report(new WorkProgress(WorkStage.Downloading, _before, _before));
        }
    }
}
