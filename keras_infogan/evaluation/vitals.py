"""placeholder until merged"""


class Reference:
    @staticmethod
    def of(data):
        return None


def vitals_of(*a):
    return None
