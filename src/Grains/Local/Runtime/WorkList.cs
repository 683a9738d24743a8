namespace Chat.Grains.Local;

/// <summary>A list linked through its entries, so that holding work allocates nothing. First in, first out, or removed from anywhere.</summary>
internal struct WorkList
{
    private GrainWork? _last;

    public GrainWork? First { readonly get; private set; }

    public void Add(GrainWork work)
    {
        work.Previous = _last;
        if (_last is null)
        {
            First = work;
        }
        else
        {
            _last.Next = work;
        }

        _last = work;
    }

    public void Remove(GrainWork work)
    {
        if (work.Previous is null)
        {
            First = work.Next;
        }
        else
        {
            work.Previous.Next = work.Next;
        }

        if (work.Next is null)
        {
            _last = work.Previous;
        }
        else
        {
            work.Next.Previous = work.Previous;
        }

        work.Next = work.Previous = null;
    }

    public readonly void CopyTo(List<GrainWork> target)
    {
        for (var work = First; work is not null; work = work.Next)
        {
            target.Add(work);
        }
    }
}
